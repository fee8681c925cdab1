internal import COneDNN

extension OneDNN {
  /// What the processor multiplies quickly, as far as oneDNN may use it: the environment variable
  /// ONEDNN_MAX_CPU_ISA can forbid what a processor has.
  public enum Processor {
    /// Products of bfloat16 (AVX512_BF16, AMX).
    public static var multipliesBFloat16: Bool { has(dnnl_cpu_isa_avx512_core_bf16) }

    /// Products of eight-bit integers, summed in 32 bits (AVX512_VNNI, AVX_VNNI). Others sum pairs
    /// of products in 16 bits, where large ones saturate.
    public static var multipliesInt8: Bool {
      has(dnnl_cpu_isa_avx512_core_vnni) || has(dnnl_cpu_isa_avx2_vnni)
    }

    /// Each instruction set's value has the bits of those that it includes.
    private static func has(_ isa: dnnl_cpu_isa_t) -> Bool {
      dnnl_get_effective_cpu_isa().rawValue & isa.rawValue == isa.rawValue
    }
  }
}
