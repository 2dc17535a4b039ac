internal import Audit
internal import PageLayout
internal import Text
internal import Web

/// The form above the log: one search over actors and targets, and the other filters.
struct AuditFilterForm {
    let filter: AuditFilter
    let path: String
    let exports: Exports

    var markup: HTML {
        let hidden = [("actor", filter.actor), ("target", filter.target), ("limit", size)].filter { !$0.1.isEmpty }
            .map { "<input type=\"hidden\" name=\"\($0.0)\" value=\"\($0.1)\">" as HTML }
        let actions = [("", "Any action")] + AuditAction.allCases.map { ($0.rawValue, $0.title) }
        let outcomes = [("", "Any result")] + AuditOutcome.allCases.map { ($0.rawValue, $0.title) }
        return """
            <form class="search log-search" method="get" action="\(path)" role="search">
            <div class="query"><label for="q">Search</label><input id="q" name="q" type="search" value="\(filter.text)" maxlength="200" placeholder="Actor or target: name, email, user ID"></div>
            <input class="more-filters" type="checkbox" id="more-filters"><label class="more-filters" for="more-filters">Filters</label>
            \(select("action", "Action", actions, filter.action))
            \(select("outcome", "Result", outcomes, filter.outcome))
            \(day("from", "From", filter.from))
            \(day("to", "To (inclusive)", filter.to))
            \(hidden)<div class="buttons"><button type="submit">Apply</button><a class="button plain" href="\(path)">Clear</a>\(exports.links)</div>
            </form>
            """
    }

    private var size: String { filter.limit == 50 ? "" : String(filter.limit) }

    private func select(
        _ name: String, _ label: String, _ options: [(value: String, title: String)], _ chosen: String
    ) -> HTML {
        FormField(name, label, .select(options), value: chosen).markup
    }

    private func day(_ name: String, _ label: String, _ value: String) -> HTML {
        FormField(name, label, .date, value: value, fault: filter.faults[ExactText(name)], maximum: 40).markup
    }
}
