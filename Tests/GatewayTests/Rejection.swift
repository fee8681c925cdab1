import Testing

@testable import Gateway

/// The problem that `body` throws; an issue where it throws none.
func problem(_ body: () throws(Problem) -> Void) -> Problem? {
  do throws(Problem) {
    try body()
    Issue.record("no problem where there should be one")
    return nil
  } catch {
    return error
  }
}
