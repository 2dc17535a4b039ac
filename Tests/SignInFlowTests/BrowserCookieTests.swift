import Cryptography
import GatehouseTesting
import Invitations
import Testing
import Time

@testable import SignInFlow

@Suite("The browser's own cookie")
struct BrowserCookieTests {
    private let now = ManualClock.start
    private let box: SealedBox

    init() throws {
        box = try AccessWorld.box(7)
    }

    @Test("the cookie keeps its secret and an opened invitation in its value")
    func value() throws {
        let cookie = try BrowserCookie.make()
        let token = try InvitationToken.make()
        let opened = try cookie.holding(token, in: box, at: now)
        let read = try #require(BrowserCookie(value: opened.value))
        #expect(read.secret == cookie.secret && read.value == opened.value)
        #expect(read.invitation(box, at: now)?.text == token.text)
        #expect(!opened.value.contains(token.text))
        #expect(cookie.invitation(box, at: now) == nil)
        #expect(try opened.holding(nil, in: box, at: now).value == cookie.value)
    }

    @Test("an invitation waits an hour for its sign-in")
    func patience() throws {
        let opened = try BrowserCookie.make().holding(try InvitationToken.make(), in: box, at: now)
        #expect(opened.invitation(box, at: now + .seconds(3599)) != nil)
        #expect(opened.invitation(box, at: now + .seconds(3600)) == nil)
        #expect(opened.invitation(box, at: now - .seconds(3600)) == nil)
    }

    @Test("an invitation opens only with its own secret, and with a current key")
    func bound() throws {
        let opened = try BrowserCookie.make().holding(try InvitationToken.make(), in: box, at: now)
        let sealed = try #require(opened.value.split(separator: ".").last)
        let other = try #require(BrowserCookie(value: "\(try BrowserCookie.make().value).\(sealed)"))
        #expect(other.invitation(box, at: now) == nil)
        #expect(opened.invitation(try AccessWorld.box(8), at: now) == nil)
        #expect(opened.invitation(try AccessWorld.box(8, 7), at: now) != nil)
    }

    @Test("a value that is no secret, or is too long, is no cookie of this site")
    func malformed() throws {
        let value = try BrowserCookie.make().value
        #expect(value.utf8.count == 43 && BrowserCookie(value: value) != nil)
        for bad in ["", "x", "\(value)A", String(value.dropLast()), "\(value.dropLast())!", ".\(value)"] {
            #expect(BrowserCookie(value: bad) == nil, "\(bad)")
        }
        #expect(BrowserCookie(value: "\(value).\(String(repeating: "A", count: 512 - 44))") != nil)
        #expect(BrowserCookie(value: "\(value).\(String(repeating: "A", count: 512 - 43))") == nil)
    }
}
