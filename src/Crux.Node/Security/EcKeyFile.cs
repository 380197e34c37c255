using System.Security.Cryptography;

namespace Crux.Node.Security;

/// <summary>P-256 private keys in PKCS#8 PEM files.</summary>
internal static class EcKeyFile
{
    private const string P256 = "1.2.840.10045.3.1.7";

    /// <summary>The key in the file, or null where the file holds anything but one P-256 private key.</summary>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static ECDsa? Read(string path)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            // A public key imports as well; only a private one exports its D.
            if (IsP256(key) && key.ExportParameters(includePrivateParameters: true).D is not null)
                return key;
        }
        catch (Exception problem) when (problem is CryptographicException or ArgumentException or PlatformNotSupportedException)
        {
            // Damaged: the caller says what to do.
        }
        key.Dispose();
        return null;
    }

    /// <summary>Whether a key lies on the curve that every key of Crux is on.</summary>
    public static bool IsP256(ECDsa key)
    {
        var curve = key.ExportParameters(includePrivateParameters: false).Curve;
        // OpenSSL gives the object id, other back ends only the friendly name.
        return curve.IsNamed && (curve.Oid.Value == P256 || curve.Oid.FriendlyName is "nistP256" or "ECDSA_P256");
    }
}
