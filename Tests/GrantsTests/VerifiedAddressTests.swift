import GatehouseTesting
import Grants
import Identities
import People
import Testing

@Suite("Whether an address that lists show is verified")
struct VerifiedAddressTests {
    private let world: AccessWorld

    init() throws { world = try AccessWorld() }

    private func isVerified(_ user: ScriptedCredential) async throws -> Bool {
        try await verification(user) == true
    }

    /// Returns nil if it is not known whether the address is verified.
    private func verification(_ user: ScriptedCredential) async throws -> Bool? {
        let person = try #require(try await world.access.person(user.id, in: AccessWorld.acme))
        #expect(person.email != nil)
        let listed = try await world.access.members(of: AccessWorld.acme, matching: MemberQuery()).items
            .first { $0.identity == user.identity }
        if let listed { #expect(listed.isVerified == person.isVerified) }
        #expect(person.isEmailVerified == (person.isVerified == true))
        return person.isVerified
    }

    /// Users with a role by claims, by a grant, and without any.
    ///
    /// - Parameter isVerified: what the provider says of their addresses; nil for nothing.
    private func users(isVerified: Bool?) async throws -> [ScriptedCredential] {
        func signIn(_ subject: String, _ groups: [String] = []) async throws -> ScriptedCredential {
            let address = "\(subject)@acme.example"
            guard let isVerified else {
                return try await world.signedIn(subject, groups: groups, more: ["email": "\"\(address)\""])
            }
            return try await world.signedIn(subject, groups: groups, email: address, isVerified: isVerified)
        }
        let (mapped, granted) = (try await signIn("vic", ["viewers"]), try await signIn("pat"))
        try await world.grant(.viewer, to: granted.identity)
        return [mapped, granted, try await signIn("sam")]
    }

    @Test("it is if the provider says so, for users with and without a role", arguments: [true, false])
    func stated(byProvider isStated: Bool) async throws {
        for user in try await users(isVerified: isStated) {
            #expect(try await verification(user) == isStated)
        }
    }

    @Test("trust in a domain counts only as long as it is configured")
    func trust() async throws {
        world.reload(try AccessWorld.settings(trusting: ["acme.example"]))
        let users = try await users(isVerified: nil)
        for user in users { #expect(try await isVerified(user)) }
        world.reload(try AccessWorld.settings())
        for user in users { #expect(try await !isVerified(user), "\(user.identity)") }
        world.reload(try AccessWorld.settings(trusting: ["acme.example"]))
        for user in users { #expect(try await isVerified(user), "\(user.identity)") }
    }

    @Test("a text that is too long for an address is none, whatever the provider says", arguments: [true, false])
    func length(isTooLong: Bool) async throws {
        let name = String(
            repeating: "a", count: EmailAddress.longest - "@acme.example".utf8.count + (isTooLong ? 1 : 0))
        let user = try await world.signedIn(
            "vic", groups: ["viewers"], email: "\(name)@acme.example", isVerified: true)
        let person = try #require(try await world.access.person(user.id, in: AccessWorld.acme))
        #expect(person.email?.text == (isTooLong ? nil : "\(name)@acme.example"))
        #expect(person.isVerified == !isTooLong)
        #expect(person.member?.role == .viewer)
    }

    @Test("it is not if the claims cannot be opened any more", arguments: [true, false])
    func unsealed(isListedFirst: Bool) async throws {
        let users = try await users(isVerified: true)
        world.reload(try AccessWorld.settings(key: 8))
        // A list evaluates all users, and stores what it finds.
        if isListedFirst { _ = try await world.access.members(of: AccessWorld.acme, matching: MemberQuery()) }
        for user in users {
            #expect(try await verification(user) == nil, "\(user.identity)")
        }
    }

    @Test("suspended users have it by the same measure")
    func suspended() async throws {
        let carla = try await world.manager()
        let users = try await users(isVerified: true)
        for user in users { _ = try await world.suspend(user.id, by: carla.acting()).get() }
        for user in users { #expect(try await isVerified(user)) }
        world.reload(try AccessWorld.settings(key: 8))
        let page = try await world.access.suspended(of: AccessWorld.acme, matching: "", page: 1, limit: 10)
        #expect(page.items.map(\.isEmailVerified) == [false, false, false])
    }

    @Test("the address of an accepted invitation is, before the user signs in again")
    func invited() async throws {
        try await world.grant(.viewer, to: AccessWorld.identity("ada"))
        try await world.place.execute("UPDATE access_grant SET email = 'ada@acme.example', source = 'invitation'")
        #expect(try await isVerified(world.user("ada")))
    }
}
