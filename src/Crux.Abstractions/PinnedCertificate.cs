using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Crux;

/// <summary>
/// Certificates as Crux uses them: a self-signed shell around a P-256 key, trusted because the other side knows the key's hash
/// and for no other reason. There is no CA.
/// </summary>
public static class PinnedCertificate
{
    /// <summary>
    /// Object identifier of the extension that carries a serialized <c>crux.v1.SignedStatement</c>. Under the arc for UUID-derived
    /// identifiers (ITU-T X.667), so that it collides with nobody's.
    /// </summary>
    public const string StatementOid = "2.25.132694714219158371902714690513257410931";

    /// <summary>Length of a pin.</summary>
    public const int PinSizeBytes = SHA256.HashSizeInBytes;

    // Pins have no dates: machines that have just powered on may have no wall clock, so the certificate never expires.
    private static readonly DateTimeOffset NotBefore = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset NotAfter = new(9999, 12, 31, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Makes a certificate around <paramref name="key"/>, with the private key attached and no PFX round trip (15 ms).</summary>
    /// <param name="key">A P-256 key.</param>
    /// <param name="commonName">For people who look at a capture.</param>
    /// <param name="statement">What a node vouches for, carried in an extension; empty for none.</param>
    public static X509Certificate2 Create(ECDsa key, string commonName, ReadOnlySpan<byte> statement = default)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(commonName);
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        if (!statement.IsEmpty)
            request.CertificateExtensions.Add(new X509Extension(new Oid(StatementOid), statement, critical: false));
        return request.CreateSelfSigned(NotBefore, NotAfter);
    }

    /// <summary>SHA-256 over the certificate's SubjectPublicKeyInfo: the pin.</summary>
    public static byte[] PinOf(X509Certificate2 certificate) => SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo());

    /// <summary>The node that holds the certificate's key, where it is a node's.</summary>
    public static NodeId NodeOf(X509Certificate2 certificate) => NodeId.FromPublicKey(certificate.PublicKey.ExportSubjectPublicKeyInfo());

    /// <summary>The statement that the certificate carries; null where it carries none.</summary>
    public static byte[]? StatementOf(X509Certificate2 certificate)
    {
        foreach (var extension in certificate.Extensions)
        {
            if (extension.Oid?.Value == StatementOid)
                return extension.RawData;
        }
        return null;
    }

    /// <summary>
    /// A chain policy that builds nothing: the pin decides. Halves the CPU of a handshake against the default, which looks for
    /// roots and intermediates that can't exist.
    /// </summary>
    public static X509ChainPolicy PinOnlyPolicy() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        VerificationFlags = X509VerificationFlags.AllFlags,
        DisableCertificateDownloads = true,
    };

    /// <summary>Client options that speak TLS 1.3 only, show <paramref name="own"/> and accept exactly the peers that <paramref name="accepts"/> does.</summary>
    public static SslClientAuthenticationOptions ClientOptions(X509Certificate2 own, Func<X509Certificate2, bool> accepts) => new()
    {
        // The name is not what is checked; an IP literal or a fixed word keeps SNI quiet about who calls whom.
        TargetHost = "crux",
        EnabledSslProtocols = System.Security.Authentication.SslProtocols.Tls13,
        ApplicationProtocols = [SslApplicationProtocol.Http2],
        ClientCertificateContext = SslStreamCertificateContext.Create(own, additionalCertificates: null, offline: true),
        CertificateChainPolicy = PinOnlyPolicy(),
        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is X509Certificate2 shown && accepts(shown),
    };

    /// <summary>Server options that speak TLS 1.3 only, show <paramref name="own"/> and demand a client certificate that <paramref name="accepts"/>.</summary>
    public static SslServerAuthenticationOptions ServerOptions(X509Certificate2 own, Func<X509Certificate2, bool> accepts) => new()
    {
        EnabledSslProtocols = System.Security.Authentication.SslProtocols.Tls13,
        ApplicationProtocols = [SslApplicationProtocol.Http2],
        ServerCertificateContext = SslStreamCertificateContext.Create(own, additionalCertificates: null, offline: true),
        ClientCertificateRequired = true,
        CertificateChainPolicy = PinOnlyPolicy(),
        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is X509Certificate2 shown && accepts(shown),
    };
}
