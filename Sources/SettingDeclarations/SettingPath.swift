/// The place of a value in the file, such as `providers[2].issuer`. Its text is made only for a message, since most
/// values need none.
package indirect enum SettingPath: Sendable, CustomStringConvertible {
    /// The whole file.
    case root
    case member(SettingPath, String)
    case element(SettingPath, Int)

    /// Returns the path of a member of the value at this path.
    package func member(_ name: String) -> SettingPath { .member(self, name) }

    /// Returns the path of an element of the array at this path.
    package subscript(index: Int) -> SettingPath { .element(self, index) }

    package var description: String {
        switch self {
        case .root: ""
        case .member(.root, let name): pathName(name)
        case .member(let object, let name): "\(object).\(pathName(name))"
        case .element(let array, let index): "\(array)[\(index)]"
        }
    }
}

/// Returns a name in the form that paths show: a plain word unchanged, any other name quoted.
package func pathName(_ name: String) -> String {
    let isPlain =
        (1...60).contains(name.utf8.count)
        && name.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == 0x5F || byte == 0x2D
        }
    return isPlain ? name : quoted(name)
}
