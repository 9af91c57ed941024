import Foundation

/// How many times as many random maps as usual are tried: `ORTHOWEAVE_TEST_ROUNDS`, 1 unless set.
let rounds = ProcessInfo.processInfo.environment["ORTHOWEAVE_TEST_ROUNDS"].flatMap(Int.init) ?? 1
