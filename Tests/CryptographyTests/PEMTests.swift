import Cryptography
import Testing

@Suite("Public keys in PEM")
struct PEMTests {
    @Test("each block is read separately, in order, with text between blocks and either line ending")
    func bundle() throws {
        for text in [mixture, mixture.replacing("\n", with: "\r\n")] {
            let keys = try VerificationKey.keys(pem: text)
            try #require(keys.count == 5)
            #expect(throws: CryptographyError(.rsaTooShort)) { try keys[0].get() }
            #expect(try keys[1].get().kind == .p256)
            #expect(try keys[2].get().kind == .rsa)
            #expect(throws: CryptographyError(.unsupportedKey)) { try keys[3].get() }
            #expect(try keys[4].get().kind == .p256)
        }
    }

    @Test("a block that is cut short, empty, or of another type is not a key")
    func broken() throws {
        for wrong in [
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
            "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
            "-----BEGIN NOTHING-----\nAAAA\n-----END NOTHING-----",
            p256.replacing("MFkw", with: "MFkx"), p256.replacing("END PUBLIC", with: "END PRIVATE"),
        ] {
            #expect(throws: CryptographyError.self, "\(wrong)") { try VerificationKey.keys(pem: wrong)[0].get() }
        }
    }

    private var mixture: String {
        "\(shortRSA)\nthe second\n\(certificate)\n\(rsa)\n\(secp256k1)\n\(p256)"
    }

    private let p256 = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEZ2k8VvdDXkOhrrLcPKFUx9WNtXXN
        pxBhifdPGYiWvRoRr5xhsNrfmd7vTdEEVuGRvxzr1+CSFtYYYe+EoLrrZQ==
        -----END PUBLIC KEY-----
        """
    private let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBgDCCASWgAwIBAgIUfeErHMLgoE89QpVN0pEK1gKlxrowCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJZ2F0ZWhvdXNlMCAXDTI2MTEyNDAwMDExNFoYDzIxMjYxMDMx
        MDAwMTE0WjAUMRIwEAYDVQQDDAlnYXRlaG91c2UwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAARnaTxW90NeQ6Gustw8oVTH1Y21dc2nEGGJ908ZiJa9GhGvnGGw2t+Z
        3u9N0QRW4ZG/HOvX4JIW1hhh74Sguutlo1MwUTAdBgNVHQ4EFgQUJCcTFJ6fpLXO
        USsewvB7o8/P+jkwHwYDVR0jBBgwFoAUJCcTFJ6fpLXOUSsewvB7o8/P+jkwDwYD
        VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAhL8pgtVI0OtzsSnZ9+Un
        bsDxLOk7Tr9iR7KjYgl2ALsCIQDCQD1WfIZ/5La3zEkX8+ELq6YLYRFfmcVhz7Z/
        0SblCA==
        -----END CERTIFICATE-----
        """
    private let rsa = """
        -----BEGIN RSA PUBLIC KEY-----
        MIIBCgKCAQEAjW2PMbxJN7L066g97zjgoNWbDjX8O+LdVT9hnHem3AiXzj9yoxOV
        faHDWrKpTHPquV4nm+svUe6DSFDtmc6hk6vNmo2Iwqe+3yIafGD1lSnl6q6ar90k
        iTN/bAjByts/oI4OlRpT9PSp7s8AwuDc5ny+aLqrUYFheRf53oO6TFA9DuTKz/9Z
        CIJKhhNDLCc8T3Frb0+TEMnFQjlc4OYeeppQ0s0/bzg8uFsMcWgly75IQc6g230N
        KhWyaus1KjPQHlwvOr0rmD5/dV3IA0VHGF7wp9gr7pJjiBx7HrwFq9SHvWdjWhSt
        oRZJNiE3KLJPif9NTTlf59g6BVKYKl1JKQIDAQAB
        -----END RSA PUBLIC KEY-----
        """
    private let shortRSA = """
        -----BEGIN PUBLIC KEY-----
        MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC+wPTmOCaFqBg6sx9SGKtrGSvQ
        MrViXT5CJUThKjD+nIRgD2+I4ebkGBA8CWsxgfrKIoOj1AB3vXU697fA+v8nuJOi
        0729JlK/eKoKW1+pN4lZHEnnPctijt1Ap48kdDkP433oZWz5YMPG7EapjBaeJEVQ
        AN/4tGxM7EkIn82lfwIDAQAB
        -----END PUBLIC KEY-----
        """
    private let secp256k1 = """
        -----BEGIN PUBLIC KEY-----
        MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEst7lErmjyJGgd32T8LR36HQqV9nuEdXw
        SQ+fLb4UwmKNdXa42F0FGOUm83GFZsgEZvEanglIuxDelAYVd5VIxw==
        -----END PUBLIC KEY-----
        """
}
