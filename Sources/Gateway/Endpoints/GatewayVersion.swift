/// The version of this program.
public enum GatewayVersion {
    public static let current = "0.1.0"
}
