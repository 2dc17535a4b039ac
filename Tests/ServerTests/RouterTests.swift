import Endpoints
import HTTPMessage
import Testing
import Web

@testable import Server

@Suite("The router")
struct RouterTests {
    private static func endpoint(
        _ name: String, _ method: Method, _ path: PathTemplate, _ kind: Endpoint.Kind = .api
    ) -> Endpoint {
        Endpoint(name, method, path, kind, .anyone(.now { _, _ in .noContent }))
    }

    @Test("a literal segment takes precedence over a variable")
    func precedence() throws {
        let router = try Router([
            RouterTests.endpoint("one", .get, "/a/{id}"), RouterTests.endpoint("new", .get, "/a/new"),
            RouterTests.endpoint("edit", .get, "/a/{id}/edit"), RouterTests.endpoint("deep", .get, "/a/new/x"),
        ])
        func name(_ path: String) -> String? { router.resource(at: path)?.endpoints.first?.name }
        #expect(name("/a/new") == "new_get" && name("/a/7") == "one_get" && name("/a/7/edit") == "edit_get")
        #expect(name("/a/new/x") == "deep_get" && name("/a/n%65w/edit") == "edit_get")
        #expect(name("/a") == nil && name("/a/7/x") == nil && name("/") == nil && name("/a/") == "one_get")
    }

    @Test("segments are compared by octets")
    func octets() throws {
        let router = try Router([RouterTests.endpoint("k", .get, "/K"), RouterTests.endpoint("e", .get, "/\u{E9}")])
        #expect(
            router.resource(at: "/K") != nil && router.resource(at: "/%4B") != nil
                && router.resource(at: "/%E2%84%AA") == nil)
        #expect(router.resource(at: "/%C3%A9") != nil && router.resource(at: "/e%CC%81") == nil)
    }

    @Test("HEAD is served for every GET, and OPTIONS everywhere")
    func methods() throws {
        let router = try Router([
            RouterTests.endpoint("a", .get, "/a"), RouterTests.endpoint("a", .put, "/a"),
            RouterTests.endpoint("b", .post, "/b"),
        ])
        let (first, second) = (try #require(router.resource(at: "/a")), try #require(router.resource(at: "/b")))
        #expect(first.allow == "GET, HEAD, PUT, OPTIONS" && second.allow == "POST, OPTIONS")
        #expect(first.endpoint(for: .head)?.name == "a_get" && second.endpoint(for: .head) == nil)
        #expect(first.endpoint(for: .other) == nil)
    }

    @Test("a table with duplicate or conflicting endpoints is refused")
    func faults() {
        func fault(_ endpoints: Endpoint...) -> Router.TableError? {
            do throws(Router.TableError) {
                _ = try Router(endpoints)
                return nil
            } catch {
                return error
            }
        }
        let one = RouterTests.endpoint("a", .get, "/a/{id}")
        #expect(fault(one) == nil)
        #expect(fault(one, RouterTests.endpoint("a", .get, "/b")) == .repeatedName("a_get"))
        #expect(fault(one, RouterTests.endpoint("b", .get, "/a/{id}")) == .repeatedMethod(path: "/a/{id}"))
        #expect(fault(one, RouterTests.endpoint("b", .put, "/a/{id}", .page)) == .severalKinds(path: "/a/{id}"))
        #expect(fault(one, RouterTests.endpoint("b", .get, "/a/{name}/x")) == .severalNames(path: "/a/{name}/x"))
    }

    @Test(
        "a path is decoded like a request target",
        arguments: [
            "/", "/a", "/a/", "//a", "/a/b%20c", "/a/b+c", "/.", "/a/..", "/a/%2e", "/a.b/c", "/%zz", "/%00", "/%FF",
            "a",
            "/openapi.json", "/%C3%A9/x",
        ])
    func decoding(_ path: String) {
        let target = Target(path: path, query: nil)
        #expect(
            RequestPath(target)?.segments.map { String(decoding: $0, as: UTF8.self) } == target.segments, "\(path)")
    }

    @Test("a path is made from its template, with its variables encoded")
    func paths() {
        let template: PathTemplate = "/a/{org}/b/{id}"
        #expect(template.path("x", "1/2 ?") == "/a/x/b/1%2F2%20%3F" && template.variables == ["org", "id"])
        #expect(PathTemplate("/").path() == "/")
    }
}

extension Router {
    fileprivate func resource(at path: String) -> Resource? {
        RequestPath(Target(path: path, query: nil)).flatMap(resource)
    }
}
