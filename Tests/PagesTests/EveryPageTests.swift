import Testing

@testable import AccessPages
@testable import MetricsPages
@testable import PageLayout
@testable import SignInPages

@Suite("Every page")
struct EveryPageTests {
    @Test(
        "is well formed, and keeps the rules of structure, accessibility and content security",
        arguments: PageSample.all)
    func structure(_ sample: PageSample) throws {
        let faults = try sample.markup.faults
        #expect(faults == [])
    }

    @Test("shows hostile text unharmed in every field", arguments: PageSample.all)
    func escaping(_ sample: PageSample) throws {
        let markup = try sample.markup
        #expect(HostileText.fields(damagedIn: markup) == [])
        let shown = HostileText.fields(shownIn: markup)
        #expect(sample.shows.filter { !shown.contains($0) } == [])
    }

    @Test("has the form token once in each form that changes state, and in no other form", arguments: PageSample.all)
    func formTokens(_ sample: PageSample) throws {
        let markup = try sample.markup
        for form in markup.indices("form") {
            let tokens = markup.inside(form).map { markup.elements[$0] }.filter { $0["name"] == "csrf_token" }
            let isPost = markup.elements[form]["method"] == "post"
            #expect(isPost || markup.elements[form]["method"] == "get")
            #expect(tokens.map { $0["value"] } == (isPost ? [PageSample.token] : []))
            #expect(tokens.allSatisfy { $0["type"] == "hidden" })
        }
        // The token must not reach a URL, which is logged.
        #expect(markup.elements.allSatisfy { !($0["href"] ?? "").contains(PageSample.token) })
    }

    @Test("offers viewers no form but the one to sign out", arguments: PageSample.all.filter(\.isReadOnly))
    func viewers(_ sample: PageSample) throws {
        let posts = try sample.markup.all("form").filter { $0["method"] == "post" }
        #expect(posts.map { $0["action"] } == ["/auth/logout"])
        #expect(try !sample.markup.all("a").contains { $0["href"]?.hasSuffix("/audit") == true })
    }

    @Test("encodes the organization's id in every link", arguments: PageSample.all)
    func links(_ sample: PageSample) throws {
        for element in try sample.markup.elements {
            for url in [element["href"], element["action"]].compactMap(\.self) where url.hasPrefix("/organizations/") {
                #expect(
                    url == PageSample.organizationPath || url.hasPrefix(PageSample.organizationPath + "/")
                        || url.hasPrefix(PageSample.organizationPath + "?"), "\(url)")
            }
        }
    }
}

@Suite("The parser of pages in tests")
struct MarkupTests {
    private static let page = """
        <!DOCTYPE html>
        <html lang="en"><title>T</title><a href="#main">S</a><main id="main"><h1>H</h1>%</main></html>
        """

    private func faults(_ content: String) throws -> [String] {
        try Markup(MarkupTests.page.replacing("%", with: content)).faults
    }

    @Test(
        "rejects what is not well formed",
        arguments: [
            "<b>", "</b>", "<b></i>", "<b id=x></b>", "<b id=\"x\" id=\"y\"></b>", "<b  id=\"x\"></b>", "a & b",
            "&nbsp;", "&#x3C;", "<B></B>", "<b id=\"x></b>", "\u{1B}", "\u{0}", "<i<b></b></i>", "<!-- -->",
        ])
    func malformed(_ content: String) {
        #expect(throws: Markup.SyntaxError.self) { try faults(content) }
    }

    @Test(
        "finds what breaks a rule",
        arguments: [
            "<b id=\"x\"></b><b id=\"x\"></b>", "<label for=\"x\">X</label>", "<input name=\"x\">",
            "<button></button>", "<a href=\"/\"><b> </b></a>", "<table><tbody></tbody></table>",
            "<table><caption>C</caption><thead><tr><th>A</th></tr></thead></table>",
            "<table><caption>C</caption><thead><tr><th scope=\"col\">A</th></tr></thead><tbody><tr></tr></tbody></table>",
            "<h1>again</h1>", "<h3>deep</h3>", "<p><ul></ul></p>", "<a href=\"/\">x<button>y</button></a>",
            "<ul><b></b></ul>", "<li></li>", "<form><form></form></form>", "<b style=\"x\"></b>", "<style></style>",
            "<b onclick=\"x\"></b>", "<script>x</script>", "<script src=\"https://x.example/\"></script>",
            "<a href=\"javascript:x\">x</a>", "<a href=\"//x.example\">x</a>", "<a href=\"/a b\">x</a>",
            "<a href=\"/%zz\">x</a>", "<form action=\"https://x.example/\"></form>", "<a href=\"#none\">x</a>",
        ])
    func broken(_ content: String) throws {
        #expect(try !faults(content).isEmpty)
    }

    @Test("finds nothing in a page that keeps the rules, and decodes its text")
    func good() throws {
        let content = """
            <label for="x">X</label><input id="x"><table><caption>C</caption><thead><tr><th scope="col">A</th></tr></thead>\
            <tbody><tr><td>1</td></tr></tbody></table><h2>B</h2><a href="/a?b=%20">&lt;&amp;&quot;&#39;</a>
            """
        #expect(try faults(content).isEmpty)
        let markup = try Markup(MarkupTests.page.replacing("%", with: content))
        #expect(markup.all("a").last?.texts == ["<&\"'"])
    }
}
