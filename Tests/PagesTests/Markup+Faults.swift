extension Markup {
    /// The rules of structure and accessibility that a page breaks.
    var faults: [String] {
        identifiers + labels + tables + headings + nesting + policy + links
    }

    private var identifiers: [String] {
        let ids = elements.compactMap { $0["id"] }
        let repeated = Set(ids.filter { id in ids.count { $0 == id } > 1 })
        let references = ["for", "aria-labelledby", "aria-describedby"].flatMap { name in
            elements.compactMap { $0[name] }.flatMap { $0.split(separator: " ").map { String($0) } }
        }
        let local = all("a", "use").compactMap { $0["href"] }.filter { $0.hasPrefix("#") }
            .map { String($0.dropFirst()) }
        return repeated.map { "the id \($0) is repeated" }
            + (references + local).filter { !ids.contains($0) }.map { "nothing has the id \($0)" }
    }

    private var labels: [String] {
        let labelled = Set(all("label").compactMap { $0["for"] })
        return all("input", "select", "textarea").filter { field in
            field["type"] != "hidden" && field["aria-label"] == nil && !labelled.contains(field["id"] ?? "")
        }.map { "the field \($0["name"] ?? "?") has no label" }
            + indices("button", "a").filter { index in
                elements[index]["aria-label"] == nil
                    && ([index] + inside(index)).allSatisfy { elements[$0].texts.joined().allSatisfy(\.isWhitespace) }
            }.map { "<\(elements[$0].name)> \(elements[$0].attributes) has no text" }
    }

    private var tables: [String] {
        var faults: [String] = []
        for table in indices("table") {
            let parts = inside(table)
            if elements[parts[0]].name != "caption" { faults.append("a table has no caption") }
            let columns = parts.count { elements[$0].name == "th" && elements[$0]["scope"] == "col" }
            for part in parts {
                let element = elements[part]
                if element.name == "th", !["col", "row", "rowgroup"].contains(element["scope"]) {
                    faults.append("<th> \(element.texts) has no scope")
                }
                guard element.name == "tr" else { continue }
                let cells = parts.filter { elements[$0].parent == part }
                let width = cells.reduce(0) { $0 + (elements[$1]["colspan"].flatMap { Int($0) } ?? 1) }
                if width != columns || cells.contains(where: { !["td", "th"].contains(elements[$0].name) }) {
                    faults.append("a row has \(width) cells, and the table \(columns) columns")
                }
            }
        }
        return faults
    }

    private var headings: [String] {
        let levels = elements.compactMap { element in
            element.name.count == 2 && element.name.hasPrefix("h") ? element.name.last?.wholeNumberValue : nil
        }
        var faults = levels.filter { $0 == 1 }.count == 1 ? [] : ["there is not exactly one h1"]
        for (level, next) in zip(levels, levels.dropFirst()) where next > level + 1 {
            faults.append("h\(next) follows h\(level)")
        }
        // A drawing has titles of its own.
        let titles = all("title").filter { title in !ancestors(of: title).contains { $0.name == "svg" } }
        let isFramed =
            all("html").first?["lang"] == "en" && titles.count == 1
            && all("main").map { $0["id"] } == ["main"] && all("a").first?["href"] == "#main"
        return faults + (isFramed ? [] : ["the language, title, content, or link past the top is missing"])
    }

    private static let blocks: Set = [
        "p", "div", "ul", "ol", "dl", "table", "form", "section", "nav", "h1", "h2", "h3", "header", "main", "details",
    ]
    private static let parents: [String: Set<String>] = [
        "li": ["ul", "ol"], "tr": ["thead", "tbody"], "td": ["tr"], "th": ["tr"], "thead": ["table"],
        "tbody": ["table"], "caption": ["table"], "option": ["select", "datalist"], "dt": ["dl", "div"],
        "dd": ["dl", "div"],
        "summary": ["details"],
    ]

    /// Nesting for which browsers close or move elements.
    private var nesting: [String] {
        elements.compactMap { element in
            let around = ancestors(of: element).map(\.name)
            let isMisplaced =
                around.contains("p") && Markup.blocks.contains(element.name)
                || element.name == "form" && around.contains("form")
                || ["a", "button", "label"].contains(element.name)
                    && !around.filter { ["a", "button", "label"].contains($0) }.isEmpty
                || ["table", "tr", "thead", "tbody", "ul", "ol", "select", "dl"].contains(around.first ?? "")
                    && Markup.parents[element.name]?.contains(around.first ?? "") != true
                    && !(around.first == "dl" && element.name == "div")
                || Markup.parents[element.name].map { !$0.contains(around.first ?? "") } == true
            return isMisplaced ? "<\(element.name)> stands in \(around.prefix(3))" : nil
        }
    }

    /// The content security policy forbids everything inline, and forms without a known action.
    private var policy: [String] {
        elements.compactMap { element in
            if element.name == "style" || element["style"] != nil { return "<\(element.name)> has a style" }
            if let handler = element.attributes.keys.first(where: { $0.hasPrefix("on") }) {
                return "<\(element.name)> has \(handler)"
            }
            if element.name == "script", !element.texts.isEmpty || element["src"]?.hasPrefix("/assets/") != true {
                return "there is an inline or foreign script"
            }
            return nil
        }
    }

    private static func isURL(_ text: String) -> Bool {
        text.utf8.allSatisfy { octet in
            (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet) || (0x61...0x7A).contains(octet)
                || "-._~:/?#[]@!$&()*+,;=%".utf8.contains(octet)
        }
            && text.split(separator: "%", omittingEmptySubsequences: false).dropFirst().allSatisfy {
                $0.count >= 2 && $0.prefix(2).allSatisfy(\.isHexDigit)
            }
    }

    private var links: [String] {
        elements.flatMap { element in
            ["href", "action", "src"].compactMap { name in
                guard let url = element[name] else { return nil }
                let isOwn = url.hasPrefix("/") && !url.hasPrefix("//") || url.hasPrefix("#") || url.hasPrefix("?")
                let isSafe = isOwn || url.hasPrefix("https://") && name == "href"
                return isSafe && Markup.isURL(url) ? nil : "<\(element.name)> leads to \(url)"
            }
        }
    }
}
