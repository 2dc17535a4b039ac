import Identities
import Testing

@testable import MetricsSnapshots
@testable import WorkspaceMetrics

@Suite("Queries for workspaces")
struct WorkspaceQueryTests {
    /// Ids a–j; names in pairs; workflows 0–2; every second workspace is owned by Zoë.
    private func world() async throws -> TestStore {
        let world = try TestStore()
        let workspaces = "abcdefghij".enumerated().map { index, id in
            let workflows = (0..<index % 3).map { #"{"id":"w\#($0)","published":true,"trigger":"webhook"}"# }
            let owner = #"{"email":"\#(index % 2 == 0 ? "Zoë" : "max")@acme.com","roles":["owner"],"status":"active"}"#
            return """
                {"id":"\(id)","name":"Näme \(index / 2)","workflows":[\(workflows.joined(separator: ","))],\
                "members":[\(owner)]}
                """
        }
        let roles = #"[{"id":"owner"}]"#
        _ = try await world.put(#"{"roles":\#(roles),"workspaces":[\#(workspaces.shuffled().joined(separator: ","))]}"#)
            .get()
        return world
    }

    @Test(
        "rows are sorted by name or count; ties by name, then id",
        arguments: [
            ([:], "abcdefghij"), (["sort": "name"], "abcdefghij"), (["order": "desc"], "ijghefcdab"),
            (["sort": "workflows"], "adgjbehcfi"), (["sort": "workflows", "order": "desc"], "cfibehadgj"),
            (["sort": "runners", "order": "desc"], "abcdefghij"), (["q": "näme 1"], "cd"), (["q": "NÄME 1"], "cd"),
            (["q": "J"], "j"), (["owner": "ZOË@acme"], "acegi"), (["owner": "MAX", "q": "NÄME 4"], "j"),
            (["q": "nowhere"], ""), (["q": "", "sort": "", "order": ""], "abcdefghij"),
            (["colour": "blue"], "abcdefghij"),
        ])
    func sorting(parameters: [String: String], ids: String) async throws {
        let world = try await world()
        let query = parameters.map { (name: $0.key, value: $0.value) }
        #expect(try world.page(query).ids == ids.map { String($0) })
        for limit in 1...4 {
            var paged: [String] = []
            var cursor: String?
            repeat {
                let page = try world.page(query + [("limit", "\(limit)"), ("cursor", cursor ?? "")])

                paged += page.ids
                #expect(page.ids.count <= limit)
                cursor = page.cursor
            } while cursor != nil
            #expect(paged == ids.map { String($0) })
        }
    }

    @Test("a full last page has no cursor")
    func lastPage() async throws {
        let world = try await world()
        #expect(try world.page([("limit", "10")]).cursor == nil)
        #expect(try world.page([("limit", "9")]).cursor != nil)
    }

    @Test("paging continues at its position if rows are added or removed meanwhile")
    func changesBetweenPages() async throws {
        let world = try await world()
        let first = try world.page([("limit", "4"), ("sort", "workflows")])
        #expect(first.ids == ["a", "d", "g", "j"])
        try await world.change(
            #"{"op":"delete_workspace","workspace":"j"},{"op":"put_workspace","workspace":{"id":"A","name":"A"}}"#
        ).get()
        let second = try world.page([("limit", "4"), ("sort", "workflows"), ("cursor", first.cursor ?? "")])
        #expect(second.ids == ["b", "e", "h", "c"])
    }

    @Test("a cursor belongs to its search and order; an altered one is refused or harmless")
    func cursors() async throws {
        let world = try await world()
        let cursor = try #require(try world.page([("limit", "3")]).cursor)
        for other in [("q", "n"), ("owner", "z"), ("filter", "empty"), ("sort", "runners"), ("order", "desc")] {
            #expect(throws: QueryError.self) { try WorkspaceQuery([("cursor", cursor), other]) }
        }
        for index in cursor.indices {
            var bent = cursor
            bent.replaceSubrange(index...index, with: cursor[index] == "0" ? "1" : "0")
            if let page = try? world.page([("cursor", bent)]) { #expect(page.ids.count <= 10) }
            #expect(PageCursor(String(cursor[..<index]) + "é") == nil)
        }
    }

    @Test("the entity tag depends on the inventory and the query, and on nothing else")
    func tags() async throws {
        let world = try await world()
        func tag(_ organization: OrganizationID = .acme, _ parameters: [(name: String, value: String)] = []) throws
            -> String
        {
            world.store.workspaces(of: organization, try WorkspaceQuery(parameters), as: .json).entityTag
        }
        let first = try tag()
        #expect(try tag() == first)
        #expect(try tag(.acme, [("limit", "7")]) != first)
        #expect(try tag(.globex) != first)
        #expect(world.store.workspaces(of: .acme, WorkspaceQuery(), as: .csv).entityTag != first)
        try await world.change(#"{"op":"delete_workspace","workspace":"a"}"#).get()
        #expect(try tag() != first)
    }

    @Test("CSV has named columns, quotes values if needed, and neutralizes formulas")
    func csv() async throws {
        let world = try TestStore()
        let owners = [
            #"{"email":"+b@x","roles":["owner"],"status":"active"}"#,
            #"{"email":"a@x","roles":["owner"],"status":"active"}"#,
        ]
        _ = try await world.put(
            #"""
            {"roles":[{"id":"owner"}],"workspaces":[
             {"id":"=1+1","name":"say \"hi\", all","members":[\#(owners.joined(separator: ","))]},
             {"id":"-x","name":" @SUM(A1)"},{"id":"two","name":"line\r\nbreak"}]}
            """#
        ).get()
        let text = String(decoding: world.store.workspaces(of: .acme, WorkspaceQuery(), as: .csv).body(), as: UTF8.self)
        #expect(
            text
                == [
                    "id,name,created_at,workflows,nested_workflows,workflow_editors,case_operators,runners,owners,"
                        + "published_at,workflows_change_30d",
                    "\"'-x\",\"' @SUM(A1)\",,0,0,0,0,0,,2027-01-15T08:00:00Z,",
                    "two,\"line\r\nbreak\",,0,0,0,0,0,,2027-01-15T08:00:00Z,",
                    "\"'=1+1\",\"say \"\"hi\"\", all\",,0,0,0,0,0,\"'+b@x; a@x\",2027-01-15T08:00:00Z,", "",
                ].joined(separator: "\r\n"))
    }
}
