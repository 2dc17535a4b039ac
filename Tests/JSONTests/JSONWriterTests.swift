import JSON
import Testing

@Suite("Writing JSON")
struct JSONWriterTests {
    @Test("commas are written between values, never before or after them")
    func commas() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("a", 1)
        writer.member("b", "x\"\n\u{1}é")
        writer.name("c")
        writer.beginArray()
        writer.beginObject()
        writer.endObject()
        writer.null()
        writer.boolean(true)
        writer.raw("[0]".utf8)
        writer.endArray()
        writer.member("d", String?.none)
        writer.endObject()
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == #"{"a":1,"b":"x\"\n\u0001é","c":[{},null,true,[0]],"d":null}"#)
    }

    @Test(
        "numbers are laid out as RFC 8785, appendix B shows",
        arguments: [
            (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"), (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"), (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"), (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"), (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"), (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"), (0x41b3_de43_5555_5557, "333333333.33333343"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"), (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] as [(UInt64, String)])
    func canonicalNumbers(bits: UInt64, expected: String) {
        var writer = JSONWriter()
        writer.double(Double(bitPattern: bits))
        #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
    }

    @Test("the canonical form of RFC 8785, section 3.2.2 and 3.2.3")
    func canonical() throws {
        let mixed = try document(
            #"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#
        )
        let expected =
            #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#
        #expect(mixed.root.canonicalBytes() == Array(expected.utf8))
        let sorted = try document(
            #"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#
        )
        let canonical = try #require(sorted.root.canonicalBytes())
        let values = try JSONDocument(parsing: canonical).root.members.map {
            $0.value.string?.split(separator: " ").first
        }
        #expect(values == ["Carriage", "One", "Control", "Latin", "Euro", "Emoji:", "Hebrew"])
        #expect(try document("[1e999]").root.canonicalBytes() == nil)
    }
}
