public import HTTPMessage

/// The fields that pages carry beside their content.
public enum SecurityFields {
    /// Nothing from elsewhere, no inline script or style, no framing, forms only to this site; no address of a page
    /// goes to other sites (CSP Level 3; Referrer Policy).
    public static let page = Fields([
        (
            .contentSecurityPolicy,
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
                + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        (.referrerPolicy, "no-referrer"),
    ])

    /// Browsers reach the site by https only, for a year (RFC 6797).
    public static let transportSecurity = Fields([(.transportSecurity, "max-age=31536000")])
}
