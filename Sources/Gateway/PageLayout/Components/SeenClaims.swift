package import Web

/// Claims and values of recent sign-ins, as links that fill in the form of a rule, and the number of users whom the rule
/// matches.
package struct SeenClaims: Sendable {
    /// A claim or a value, with the address of the form that it fills in.
    package struct Item: Sendable {
        let text: String
        /// The users who carry it; nil if they were not counted.
        let people: Int?
        let url: String

        package init(_ text: String, people: Int? = nil, url: String) {
            (self.text, self.people, self.url) = (text, people, url)
        }
    }

    /// The users whom a condition matches.
    package struct Carriers: Sendable {
        /// The value that the claim must have.
        package enum Value: Sendable {
            case any
            case text(String)
            case pattern(String)
        }

        let count: Int
        let claim: String
        let value: Value
        /// The users who were looked at, if there are more; nil if all were.
        let sample: Int?
        /// The users whose last sign-in cannot be read.
        let unreadable: Int

        package init(_ count: Int, claim: String, _ value: Value, sample: Int?, unreadable: Int) {
            (self.count, self.claim, self.value) = (count, claim, value)
            (self.sample, self.unreadable) = (sample, unreadable)
        }

        fileprivate var condition: HTML {
            switch value {
            case .any: "<code>\(claim)</code>"
            case .text(let text): "<code>\(claim)</code> = <code>\(text)</code>"
            case .pattern(let pattern): "<code>\(claim)</code> matching <code>\(pattern)</code>"
            }
        }
    }

    private let names: [Item]
    /// The claim whose values these are; empty if none is chosen.
    private let claim: String
    private let values: [Item]
    /// Whether the claim has no value at all among the sign-ins.
    private let isAbsent: Bool
    private let carriers: Carriers?

    package init(
        names: [Item], claim: String = "", values: [Item] = [], isAbsent: Bool = false, carriers: Carriers? = nil
    ) {
        (self.names, self.claim, self.values) = (names, claim, values)
        (self.isAbsent, self.carriers) = (isAbsent, carriers)
    }

    /// The claims; nil if none was seen.
    package var claimLine: HTML? {
        names.isEmpty ? nil : line("Seen in the last 30 days:", names)
    }

    /// The values of the chosen claim; nil if none is chosen, or if its values are not shown.
    package var valueLine: HTML? {
        if isAbsent {
            return "<p class=\"hint seen\">No sign-in of the last 30 days carries <code>\(claim)</code>.</p>"
        }
        return values.isEmpty ? nil : line("Seen in <code>\(claim)</code>:", values)
    }

    private func line(_ title: HTML, _ items: [Item]) -> HTML {
        let links = items.enumerated().map { index, item -> HTML in
            let count = item.people.map { people -> HTML in
                " (\(Number.grouped(people))\(index == 0 ? (people == 1 ? " person" : " people") : ""))"
            }
            return "<li><a href=\"\(item.url)\"><code>\(item.text)</code></a>\(count)</li>"
        }
        return "<div class=\"hint seen\"><span>\(title)</span> <ul>\(links)</ul></div>"
    }

    /// The number of users whom the rule matches; nil while there is no rule.
    package var carrierLine: HTML? {
        guard let carriers else { return nil }
        let when = "within the last 30 days"
        let start: HTML
        if let sample = carriers.sample {
            start =
                "\(Number.grouped(carriers.count)) of the latest \(Number.grouped(sample)) people who signed in \(when) \(carriers.count == 1 ? "carries" : "carry")"
        } else {
            switch carriers.count {
            case 0: start = "No one who signed in \(when) carries"
            case 1: start = "1 person who signed in \(when) carries"
            default: start = "\(Number.grouped(carriers.count)) people who signed in \(when) carry"
            }
        }
        let unknown: HTML? =
            carriers.unreadable == 0
            ? nil
            : " \(carriers.unreadable == 1 ? "1 person" : "\(Number.grouped(carriers.unreadable)) people") can't be evaluated: their last sign-in can't be read."
        let end: HTML? = carriers.count == 0 ? nil : " You see them before anything is saved."
        return """
            <p class="carriers">\(Icon.info.markup)<span>\(start) \(carriers.condition).\(end)\(unknown)</span></p>
            """
    }
}
