public import HTTPMessage

/// The security fields of pages.
public enum SecurityFields {
    /// Fields that forbid content of other sites, inline scripts and styles, framing, and forms to other sites. No page
    /// address is sent to other sites (CSP Level 3; Referrer Policy).
    public static let page = Fields([
        (
            .contentSecurityPolicy,
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
                + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        (.referrerPolicy, "no-referrer"),
    ])

    /// Field that makes browsers use https only for this site, for a year (RFC 6797).
    public static let transportSecurity = Fields([(.transportSecurity, "max-age=31536000")])
}
