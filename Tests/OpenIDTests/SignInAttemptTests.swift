import Cryptography
import GatehouseTesting
import Identities
import Testing
import Text
import Time

@testable import OpenID

@Suite("The sealed state of a sign-in")
struct SignInAttemptTests {
    private let box: SealedBox
    private let attempt: SignInAttempt
    private let now = ManualClock.start

    init() throws {
        box = try SealedBox(keys: [Array(repeating: 7, count: 32)])
        attempt = try SignInAttempt(
            provider: #require(ProviderID("idp")), issuer: "https://idp.example/\u{E9}",
            organization: OrganizationID("acme"),
            returnTo: "/a?b=\u{1F511}", browser: Digest.sha256([1, 2, 3]), at: now + .milliseconds(900))
    }

    private func reason(_ state: String, _ box: SealedBox? = nil, at seconds: Int64 = 0) -> SignInError.Reason? {
        do throws(SignInError) {
            _ = try SignInAttempt(opening: state, with: box ?? self.box, at: now + .seconds(seconds))
            return nil
        } catch {
            return error.reason
        }
    }

    @Test("opens as it was, and is different each time")
    func roundTrip() throws {
        let state = try attempt.sealed(in: box)
        #expect(try SignInAttempt(opening: state, with: box, at: now) == attempt)
        #expect(try attempt.sealed(in: box) != state)
        #expect(try attempt.challenge == Base64URL.encode(Digest.sha256(Array(attempt.verifier.utf8))))
        // RFC 7636, section 4.1: 43 to 128 unreserved characters.
        #expect(attempt.verifier.utf8.count == 43 && Base64URL.decode(attempt.verifier) != nil)
        let other = try SignInAttempt(
            provider: attempt.provider, issuer: attempt.issuer, organization: nil, returnTo: nil,
            browser: Digest.sha256([]), at: now)
        #expect(other.id != attempt.id && other.nonce != attempt.nonce && other.verifier != attempt.verifier)
    }

    @Test("does not open when it is cut, extended or altered anywhere, or sealed with another key")
    func altered() throws {
        let state = try attempt.sealed(in: box)
        for count in 0..<state.utf8.count { #expect(reason(String(state.prefix(count))) == .stateInvalid, "\(count)") }
        for text in [state + "A", state + "=", "A" + state, String(repeating: "A", count: 9000)] {
            #expect(reason(text) == .stateInvalid)
        }
        let octets = try #require(Base64URL.decode(state))
        for index in octets.indices {
            var changed = octets
            changed[index] ^= 1
            #expect(reason(Base64URL.encode(changed)) == .stateInvalid, "\(index)")
        }
        #expect(reason(state, try SealedBox(keys: [Array(repeating: 8, count: 32)])) == .stateInvalid)
        let rotated = try SealedBox(keys: [Array(repeating: 8, count: 32), Array(repeating: 7, count: 32)])
        #expect(reason(state, rotated) == nil)
    }

    @Test("is not what another kind of sealed value is")
    func otherKinds() throws {
        let callback = try Callback([("state", "s"), ("code", "c")]).sealed(in: box, for: attempt.provider, at: now)
        #expect(reason(callback) == .stateInvalid)
        let plain = Base64URL.encode(try box.seal(Array("{}".utf8), context: Array("gatehouse sign-in attempt 2".utf8)))
        #expect(reason(plain) == .stateInvalid)
    }

    @Test(
        "lasts a quarter of an hour, and does not begin in the future",
        arguments: [
            (0, nil), (899, nil), (900, .stateExpired), (Int64(1) << 40, .stateExpired), (-60, nil),
            (-61, .stateExpired),
        ] as [(Int64, SignInError.Reason?)])
    func lifetime(seconds: Int64, expected: SignInError.Reason?) throws {
        #expect(reason(try attempt.sealed(in: box), at: seconds) == expected)
    }

    @Test("belongs to the browser that began it, whichever cookies stand beside its own")
    func browser() {
        #expect(attempt.began(inBrowserWith: [[1, 2, 3]]) && attempt.began(inBrowserWith: [[], [9], [1, 2, 3]]))
        for cookies in [[], [[]], [[1, 2]], [[1, 2, 3, 0]], [Array(attempt.browser.utf8)]] as [[[UInt8]]] {
            #expect(!attempt.began(inBrowserWith: cookies))
        }
    }
}
