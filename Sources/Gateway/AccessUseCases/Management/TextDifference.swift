internal import Text

/// The difference between a value and the value or pattern of a rule that it almost matches: letters of the other case,
/// and white space that only one of them has.
package struct TextDifference {
    /// A part of a text whose characters all differ, or all agree.
    package struct Piece: Equatable {
        package let text: String
        package let isDifferent: Bool
    }

    package let arrived: [Piece]
    package let rule: [Piece]
    /// The arrived value as the rule would match it.
    package let corrected: String
    /// What differs, in one or more sentences; without the last one, which says how values are compared.
    package let sentences: [String]

    /// The largest product of both lengths that is compared.
    private static let most = 1 << 15
    private static let anyNumber: Unicode.Scalar = "*"
    private static let anyOne: Unicode.Scalar = "?"

    /// Returns nil if the texts differ otherwise, or are too long to compare.
    ///
    /// - Parameter isPattern: whether `*` and `?` of the rule stand for other characters.
    package init?(_ arrived: String, from rule: String, isPattern: Bool) {
        let (a, b) = (Array(arrived.unicodeScalars), Array(rule.unicodeScalars))
        guard let steps = TextDifference.steps(a, b, isPattern: isPattern) else { return nil }
        var (i, j, letters) = (0, 0, 0)
        var (marksA, marksB) = (a.map { _ in false }, b.map { _ in false })
        var (extra, missing): ([Int], Int) = ([], 0)
        var corrected = String.UnicodeScalarView()
        for step in steps {
            switch step {
            case .same:
                corrected.append(a[i])
                (i, j) = (i + 1, j + 1)
            case .otherCase:
                (marksA[i], marksB[j], letters) = (true, true, letters + 1)
                corrected.append(b[j])
                (i, j) = (i + 1, j + 1)
            case .extraSpace:
                marksA[i] = true
                extra.append(i)
                i += 1
            case .missingSpace:
                marksB[j] = true
                missing += 1
                corrected.append(b[j])
                j += 1
            case .wildcard:
                corrected.append(a[i])
                i += 1
            case .endOfWildcard: j += 1
            }
        }
        (self.arrived, self.rule) = (TextDifference.pieces(a, marksA), TextDifference.pieces(b, marksB))
        self.corrected = String(corrected)
        sentences = TextDifference.sentences(a, letters: letters, extra: extra, missing: missing)
    }

    // MARK: Alignment

    private enum Step {
        case same, otherCase, extraSpace, missingSpace, wildcard, endOfWildcard
    }

    /// Returns the steps through both texts that mark the fewest characters; nil if there are none.
    private static func steps(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar], isPattern: Bool) -> [Step]? {
        let width = b.count + 1
        guard (a.count + 1) * width <= most else { return nil }
        let (foldedA, foldedB) = (a.map(folded), b.map(folded))
        // The fewest marks from each pair of places to both ends.
        var marks = Array(repeating: UInt16.max, count: (a.count + 1) * width)
        func best(_ i: Int, _ j: Int) -> (step: Step?, marks: UInt16) {
            func reaching(_ i: Int, _ j: Int, _ cost: UInt16) -> UInt16 {
                let rest = marks[i * width + j]
                return rest == .max ? .max : rest + cost
            }
            if i == a.count, j == b.count { return (nil, 0) }
            var found: (step: Step?, marks: UInt16) = (nil, .max)
            func consider(_ step: Step, _ cost: UInt16) { if cost < found.marks { found = (step, cost) } }
            if i < a.count, j < b.count {
                if isPattern, b[j] == anyOne {
                    consider(.same, reaching(i + 1, j + 1, 0))
                } else if a[i] == b[j], !(isPattern && b[j] == anyNumber) {
                    consider(.same, reaching(i + 1, j + 1, 0))
                } else if foldedA[i].isExactly(foldedB[j]), !(isPattern && b[j] == anyNumber) {
                    consider(.otherCase, reaching(i + 1, j + 1, 1))
                }
            }
            if isPattern, j < b.count, b[j] == anyNumber {
                consider(.endOfWildcard, reaching(i, j + 1, 0))
                if i < a.count { consider(.wildcard, reaching(i + 1, j, 0)) }
            }
            if i < a.count, a[i].properties.isWhitespace { consider(.extraSpace, reaching(i + 1, j, 1)) }
            if j < b.count, b[j].properties.isWhitespace { consider(.missingSpace, reaching(i, j + 1, 1)) }
            return found
        }
        for i in stride(from: a.count, through: 0, by: -1) {
            for j in stride(from: b.count, through: 0, by: -1) { marks[i * width + j] = best(i, j).marks }
        }
        guard marks[0] != .max else { return nil }
        var (steps, i, j): ([Step], Int, Int) = ([], 0, 0)
        while let step = best(i, j).step {
            steps.append(step)
            switch step {
            case .same, .otherCase: (i, j) = (i + 1, j + 1)
            case .extraSpace, .wildcard: i += 1
            case .missingSpace, .endOfWildcard: j += 1
            }
        }
        return steps
    }

    private static func folded(_ scalar: Unicode.Scalar) -> String { scalar.properties.lowercaseMapping }

    // MARK: Words

    private static func pieces(_ scalars: [Unicode.Scalar], _ marks: [Bool]) -> [Piece] {
        var (pieces, start): ([Piece], Int) = ([], 0)
        for place in scalars.indices where place + 1 == scalars.count || marks[place + 1] != marks[place] {
            let text = String(String.UnicodeScalarView(scalars[start...place]))
            pieces.append(Piece(text: text, isDifferent: marks[place]))
            start = place + 1
        }
        return pieces
    }

    private static func sentences(
        _ arrived: [Unicode.Scalar], letters: Int, extra: [Int], missing: Int
    ) -> [String] {
        var sentences: [String] = []
        if letters > 0 {
            let subject = letters == 1 ? "1 character differs" : "\(letters) characters differ"
            sentences.append("\(subject), only in upper and lower case.")
        }
        if extra.count == 1, let place = extra.first {
            let isAtEnd = arrived[place...].allSatisfy(\.properties.isWhitespace)
            let isAtStart = arrived[...place].allSatisfy(\.properties.isWhitespace)
            let name = arrived[place].value == 0x20 ? "A space" : "A white-space character"
            let position = isAtEnd ? " at the end" : isAtStart ? " at the start" : " between other characters"
            sentences.append("\(name)\(position) arrived. It counts as a character.")
        } else if extra.count > 1 {
            sentences.append("\(extra.count) spaces arrived that the rule doesn't have. They count as characters.")
        }
        if missing > 0 {
            sentences.append(
                missing == 1
                    ? "The rule has a space that didn't arrive. It counts as a character."
                    : "The rule has \(missing) spaces that didn't arrive. They count as characters.")
        }
        return sentences
    }
}
