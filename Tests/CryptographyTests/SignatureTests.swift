import Cryptography
import Testing

private let algorithmsOfKinds: [(KeyKind, [SignatureAlgorithm])] = [
    (.rsa, [.rs256, .rs384, .rs512, .ps256, .ps384, .ps512]), (.p256, [.es256]), (.p384, [.es384]),
    (.p521, [.es512]), (.ed25519, [.edDSA]),
]

extension VerificationContext {
    fileprivate func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        isValid(signature.span, for: message.span)
    }
}

@Suite("Signatures")
struct SignatureTests {
    @Test("a key verifies its own signatures, and no others", arguments: algorithmsOfKinds)
    func roundTrip(kind: KeyKind, algorithms: [SignatureAlgorithm]) throws {
        let signing = try SigningKey.generate(kind)
        let message = Array("header.payload".utf8)
        for algorithm in algorithms {
            let signature = try signing.sign(message, algorithm)
            let context = try VerificationContext(signing.verificationKey(), algorithm)
            for _ in 0..<2 {
                #expect(context.isValid(signature, for: message))
                var altered = signature
                altered[altered.count / 2] ^= 1
                #expect(!context.isValid(altered, for: message))
                let other = message + [0]
                #expect(!context.isValid(signature, for: other))
                let short = Array(signature.dropLast())
                #expect(!context.isValid(short, for: message))
                let long = signature + [0]
                #expect(!context.isValid(long, for: message))
            }
        }
    }

    @Test(
        "halves of an ECDSA signature that are zero, the order, or more are refused",
        arguments: [KeyKind.p256, .p384, .p521])
    func ranges(kind: KeyKind) throws {
        let signing = try SigningKey.generate(kind)
        let algorithm: SignatureAlgorithm = kind == .p256 ? .es256 : kind == .p384 ? .es384 : .es512
        let context = try VerificationContext(signing.verificationKey(), algorithm)
        let message = Array("m".utf8)
        let length = try #require(kind.coordinateLength)
        let signature = try signing.sign(message, algorithm)
        let zero = Array(repeating: UInt8(0), count: length)
        let most = Array(repeating: UInt8(0xFF), count: length)
        for forged in [
            zero + zero, zero + signature[length...], signature[..<length] + zero, most + most,
            signature[..<length] + most,
        ] {
            let bytes = Array(forged)
            #expect(!context.isValid(bytes, for: message))
        }
    }

    @Test("a key is used only with its own algorithms")
    func kinds() throws {
        for (kind, algorithms) in algorithmsOfKinds {
            let key = try SigningKey.generate(kind).verificationKey()
            for algorithm in SignatureAlgorithm.allCases where !algorithms.contains(algorithm) {
                #expect(throws: CryptographyError.self) { try VerificationContext(key, algorithm) }
            }
        }
    }

    @Test("keys that are too short, off their curve, or malformed are refused")
    func badKeys() throws {
        let short = try SigningKey.generate(.p256).publicParameters()
        #expect(throws: CryptographyError(.invalidKey)) {
            try VerificationKey(curve: .p256, x: short[0].bytes, y: short[0].bytes)
        }
        #expect(throws: CryptographyError(.invalidKey)) {
            try VerificationKey(curve: .p384, x: short[0].bytes, y: short[1].bytes)
        }
        let modulus = Array(repeating: UInt8(0xC1), count: 128)
        #expect(throws: CryptographyError(.rsaTooShort)) {
            try VerificationKey(rsaModulus: modulus, exponent: [1, 0, 1])
        }
        let rsa = try SigningKey.generate(.rsa).publicParameters()
        #expect(throws: Never.self) { try VerificationKey(rsaModulus: rsa[0].bytes, exponent: rsa[1].bytes) }
        for exponent in [[], [1], [2], Array(repeating: 0xFF, count: 9)] as [[UInt8]] {
            #expect(throws: CryptographyError.self) {
                try VerificationKey(rsaModulus: rsa[0].bytes, exponent: exponent)
            }
        }
        var even = rsa[0].bytes
        even[even.count - 1] &= 0xFE
        #expect(throws: CryptographyError(.invalidKey)) { try VerificationKey(rsaModulus: even, exponent: [1, 0, 1]) }
        let long = [0xC1] + Array(repeating: UInt8(0xFF), count: 1024)
        #expect(throws: CryptographyError(.rsaTooLong)) { try VerificationKey(rsaModulus: long, exponent: [3]) }
        let padded = [0, 0] + rsa[0].bytes
        #expect(throws: Never.self) { try VerificationKey(rsaModulus: padded, exponent: rsa[1].bytes) }
        let zero = Array(repeating: UInt8(0), count: 32)
        #expect(throws: CryptographyError(.invalidKey)) { try VerificationKey(curve: .p256, x: zero, y: zero) }
        #expect(throws: CryptographyError(.invalidKey)) { try VerificationKey(ed25519: [1, 2, 3]) }
    }

    @Test(
        "coordinates off their curve, or not below the field's prime, are refused",
        arguments: [KeyKind.p256, .p384, .p521])
    func badPoints(kind: KeyKind) throws {
        let point = try SigningKey.generate(kind).publicParameters()
        let (x, y) = (point[0].bytes, point[1].bytes)
        #expect(throws: Never.self) { try VerificationKey(curve: kind, x: x, y: y) }
        let most = Array(repeating: UInt8(0xFF), count: x.count)
        let zero = Array(repeating: UInt8(0), count: x.count)
        var altered = y
        altered[altered.count - 1] ^= 1
        for (x, y) in [(x, altered), (y, x), (x, most), (most, y), (most, most), (zero, zero), (x, zero)] {
            #expect(throws: CryptographyError(.invalidKey)) { try VerificationKey(curve: kind, x: x, y: y) }
        }
    }

    @Test("a key is the same, whether it was read from coordinates or from PEM", arguments: KeyKind.allCases)
    func sameKey(kind: KeyKind) throws {
        let signing = try SigningKey.generate(kind)
        let parameters = try signing.publicParameters().map(\.bytes)
        let read =
            switch kind {
            case .rsa: try VerificationKey(rsaModulus: parameters[0], exponent: parameters[1])
            case .p256, .p384, .p521: try VerificationKey(curve: kind, x: parameters[0], y: parameters[1])
            case .ed25519: try VerificationKey(ed25519: parameters[0])
            }
        #expect(read.kind == kind)
        #expect(try read.isSame(as: signing.verificationKey()))
        #expect(try !read.isSame(as: SigningKey.generate(kind).verificationKey()))
        let message = Array("m".utf8)
        for algorithm in SignatureAlgorithm.allCases where algorithm.fits(kind) {
            let signature = try signing.sign(message, algorithm)
            #expect(try VerificationContext(read, algorithm).isValid(signature, for: message))
        }
    }

    @Test("PEM is read and written; private keys are not accepted as public ones")
    func pem() throws {
        for kind in KeyKind.allCases {
            let signing = try SigningKey.generate(kind)
            let text = try signing.pem()
            #expect(throws: CryptographyError(.privateKey)) { try VerificationKey.keys(pem: text) }
            let again = try SigningKey(pem: text)
            #expect(try again.publicParameters().map(\.bytes) == signing.publicParameters().map(\.bytes))
            #expect(!"\(signing)".contains("PRIVATE"))
        }
        for wrong in ["", "x", "-----BEGIN PUBLIC KEY-----", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY"] {
            #expect(throws: CryptographyError(.invalidKey)) { try VerificationKey.keys(pem: wrong) }
        }
    }
}
