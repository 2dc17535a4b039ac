/// A value of a reactor's thread, passed through code that the compiler assumes may run on any thread.
///
/// `@unchecked Sendable`: opened only by work of the reactor that it belongs to.
struct OnReactor<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) {
        self.value = value
    }
}
