internal import HTTPMessage
internal import HTTPServer
internal import Pages

/// The endpoints of signing in and out. Their steps read forms themselves, since a browser may have several sessions.
struct SignInEndpoints: Sendable {
    let service: SignInService

    var all: [Endpoint] {
        [
            Endpoint(
                "login", .get, Paths.login, .signIn, .anyone(.later { context, _ in await flow(context).login() }),
                isRateLimited: true),
            Endpoint(
                "login", .post, Paths.login, .signIn,
                .anyone(.raw(type: nil) { context, _, body in await flow(context).loginConfirmed(body) }),
                forgery: .exempt(.everySession), isRateLimited: true),
            Endpoint(
                "initiate", .get, Paths.initiate, .signIn,
                .anyone(.later { context, _ in await flow(context).initiate() }), isRateLimited: true),
            Endpoint(
                "initiate", .post, Paths.initiate, .signIn,
                .anyone(.raw(type: nil) { context, _, body in await flow(context).initiatePosted(body) }),
                forgery: .exempt(.initiation), isRateLimited: true),
            Endpoint(
                "callback", .get, Paths.callback, .signIn,
                .anyone(
                    .later { context, _ in await flow(context).callback(of: context.variable("provider")) }),
                isRateLimited: true),
            Endpoint(
                "callback", .post, Paths.callback, .signIn,
                .anyone(
                    .raw(type: nil) { context, _, body in
                        await flow(context).callbackPosted(of: context.variable("provider"), body)
                    }), forgery: .exempt(.callback), isRateLimited: true),
            Endpoint(
                "callbackWithoutProvider", .get, Paths.callbackWithoutProvider, .signIn,
                .anyone(.later { context, _ in flow(context).callbackWithoutProvider() }), isRateLimited: true),
            Endpoint(
                "callbackWithoutProvider", .post, Paths.callbackWithoutProvider, .signIn,
                .anyone(.later { context, _ in flow(context).callbackWithoutProvider() }),
                forgery: .exempt(.callback), isRateLimited: true),
            Endpoint(
                "logout", .post, Paths.logout, .signIn,
                .anyone(.raw(type: nil) { context, _, body in await flow(context).logout(body) }),
                forgery: .exempt(.everySession), isRateLimited: true),
            Endpoint(
                "signedOut", .get, Paths.signedOut, .signIn,
                .anyone(.later { context, _ in flow(context).signedOut() }), isRateLimited: true),
            Endpoint(
                "backchannelLogout", .post, Paths.backchannelLogout, .api,
                .anyone(
                    .raw(type: nil) { context, _, body in
                        await flow(context).backchannelLogout(context.variable("provider"), body)
                    }), forgery: .exempt(.backchannel), isRateLimited: true),
        ]
    }

    private func flow(_ context: RequestContext) -> SignInFlow {
        SignInFlow(
            deployment: context.deployment, service: service, request: context.request, requestID: context.requestID,
            address: context.remoteAddress)
    }
}
