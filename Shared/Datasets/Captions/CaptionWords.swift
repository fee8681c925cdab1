/// From a sentence to words as the published Flickr8k JSON has them: in lower case, apostrophes
/// dropped, every other character that is neither letter nor digit taken as a blank, so that
/// “A man's T-shirt.” is `a mans t shirt`.
enum CaptionWords {
  static func words(of sentence: String) -> [String] {
    var words: [String] = []
    var word = ""
    for scalar in sentence.lowercased().unicodeScalars {
      if isPartOfWord(scalar) {
        word.unicodeScalars.append(scalar)
      } else if scalar != "'", scalar != "’", !word.isEmpty {
        words.append(word)
        word = ""
      }
    }
    if !word.isEmpty { words.append(word) }
    return words
  }

  private static func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return Character(scalar).isLetter || Character(scalar).isNumber }
    let properties = scalar.properties
    switch properties.generalCategory {
    // Accents that stand by themselves belong to the letter before.
    case .nonspacingMark, .spacingMark: return true
    default: return properties.isAlphabetic || properties.numericType != nil
    }
  }
}
