import Testing
import Text
import Web

@testable import MetricsPages
@testable import PageLayout

@Suite("Components of the pages")
struct ComponentTests {
    @Test("a user whose address is not verified is marked, with or without a name", arguments: [nil, "Carla Reyes"])
    func unverified(name: String?) {
        let cell = PersonCell(
            name: name, address: .unverified("ceo@acme.example"), provider: "Okta", subject: "00u4h2x8s1k9k2d")
        let markup = cell.markup.markup
        #expect(markup.contains("Email not verified") && markup.contains("avatar unverified"))
        #expect(markup.contains("<span class=\"doubtful\">ceo@acme.example</span>"))
        #expect(markup.contains("<code title=\"00u4h2x8s1k9k2d\">00u4…9k2d</code>") && markup.contains("Okta"))
        #expect(cell.rowClass.markup == " class=\"unverified\"" && cell.title == name ?? "ceo@acme.example")
    }

    @Test("a verified user has no mark, and a user without name and address is shown by the user ID once")
    func verified() {
        let cell = PersonCell(name: "", address: .verified("vic@acme.example"), provider: nil, subject: "00u1")
        #expect(cell.title == "vic@acme.example" && cell.rowClass.markup.isEmpty)
        #expect(!cell.markup.markup.contains("verified"))
        let bare = PersonCell(name: nil, address: .none, provider: nil, subject: "00u1").markup.markup
        #expect(bare.matches(of: /00u1/).count == 1)
        #expect(PersonCell.short("123456789012") == "123456789012" && PersonCell.short("1234567890123") == "1234…0123")
    }

    @Test(
        "a pager states the range and leads to the pages beside it",
        arguments: [
            (1, 50, 60, "1–50 of 60", false, true), (2, 10, 60, "51–60 of 60", true, false),
            (1, 3, 3, "3 of 60", false, false), (1, 0, 0, "0 of 60", false, false),
        ])
    func pager(page: Int, shown: Int, matches: Int, text: String, hasPrevious: Bool, hasNext: Bool) {
        let markup = Pager(page: page, limit: 50, shown: shown, matches: matches, all: 60) {
            "/x?page=\($0)&limit=\($1)"
        }
        .markup.markup
        #expect(markup.contains("<p>\(text)</p>"))
        #expect(markup.contains("rel=\"prev\" href=\"/x?page=\(page - 1)&amp;limit=50\"") == hasPrevious)
        #expect(markup.contains("rel=\"next\" href=\"/x?page=\(page + 1)&amp;limit=50\"") == hasNext)
        #expect(markup.contains("/x?page=1&amp;limit=25") && markup.contains("<strong>50</strong>"))
    }

    @Test("a field with a fault keeps its value, takes the focus and names its fault")
    func field() {
        let faulty = FormField(
            "value", "Value", value: "a\"b", hint: "As the provider sends it.", fault: "Enter a value.",
            isRequired: true
        ).markup.markup
        #expect(faulty.contains("aria-describedby=\"value-hint value-fault\" aria-invalid=\"true\" autofocus"))
        #expect(
            faulty.contains("value=\"a&quot;b\"") && faulty.contains("id=\"value-fault\"")
                && faulty.contains("required"))
        let fine = FormField("lines", "Lines", .lines(count: 3), value: "\na").markup.markup
        #expect(fine.contains(">\n\na</textarea>") && !fine.contains("aria-"))
        let choice = FormField("role", "Role", .select([("a", "A"), ("b", "B")]), value: "b").markup.markup
        #expect(choice.contains("<option value=\"b\" selected>B</option>"))
    }

    @Test("a question names the action, its consequences and the way back")
    func question() {
        let markup = ConfirmationForm(
            "Suspend Vic?", "Vic loses access.", consequences: ["2 sessions end."], path: "/members", token: "t",
            fields: [("action", "suspend")], button: "Suspend Vic", cancel: "/members#row-1"
        ).markup.markup
        #expect(
            markup.contains("<h1 tabindex=\"-1\" autofocus>Suspend Vic?</h1>") && markup.contains("2 sessions end."))
        #expect(
            markup.contains("name=\"csrf_token\" value=\"t\"") && markup.contains("class=\"destructive\">Suspend Vic<"))
        #expect(markup.contains("href=\"/members#row-1\">Cancel"))
    }

    @Test("a menu without actions is not shown, and a failed action says that nothing was changed")
    func menusAndNotices() {
        #expect(RowMenu(on: "x", [[], []]).markup == nil)
        #expect(RowMenu(on: "Vic", [[RowMenu.Item("Go", url: "/a")]]).markup?.markup.contains("Actions on Vic") == true)
        #expect(Notice.trouble("No.").markup.markup.contains("role=\"alert\""))
        #expect(Notice(.done, "Done.", dismissal: "/x").markup.markup.contains("href=\"/x\" aria-label=\"Dismiss\""))
    }

    @Test("the sheet shows each badge, and is a whole document")
    func sheet() {
        let markup = ComponentSheet.document.markup
        #expect(markup.hasPrefix("<!DOCTYPE html>") && markup.contains("Almost matches") && markup.contains("mark"))
    }
}
