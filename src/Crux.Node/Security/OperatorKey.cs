using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Keys;
using Crux.Protos;

namespace Crux.Node.Security;

/// <summary>The operator's own key, P-256: signs what changes trust or intent. It stays with the operator and never goes to a node.</summary>
public sealed class OperatorKey : IDisposable
{
    private const int UInt128Bytes = 16;

    private readonly ECDsa _key;

    private P256NodeSigner? _signer;

    private OperatorKey(ECDsa key) => _key = key;

    /// <summary>SubjectPublicKeyInfo (DER): what goes into the flock file.</summary>
    public byte[] PublicKey => _key.ExportSubjectPublicKeyInfo();

    /// <summary>Signs with this key; gone with it.</summary>
    public P256NodeSigner Signer => _signer ??= new P256NodeSigner(_key);

    /// <summary>Signs an order for the flock that a node tells of.</summary>
    public OperatorOrder Sign(OrderKind kind, GetAuthorityReply flock, ReadOnlySpan<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(flock);
        var lineage = flock.Lineage.Length == UInt128Bytes ? BinaryPrimitives.ReadUInt128BigEndian(flock.Lineage.Span) : 0;
        var authority = new FlockAuthority(flock.Bloc, flock.Flock, lineage, flock.HighestSequence, flock.OperatorKey.Memory);
        // Two operators on two machines need no agreement: the wall clock keeps their numbers apart, and only the order of numbers ever counts.
        var sequence = Math.Max(authority.HighestSequence + 1, (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var id = BinaryPrimitives.ReadUInt128BigEndian(RandomNumberGenerator.GetBytes(UInt128Bytes));
        return OperatorOrder.Sign(kind, authority, id, sequence, payload, Signer);
    }

    /// <summary>A certificate around the key, for connections to nodes: who holds the key is who the operator is.</summary>
    public X509Certificate2 Certify() => PinnedCertificate.Create(_key, "crux operator");

    /// <summary>A new key.</summary>
    public static OperatorKey Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Reads a key from PKCS#8 PEM.</summary>
    /// <exception cref="IOException">The file can't be read.</exception>
    /// <exception cref="FormatException">Others can read the file, or it holds no P-256 key; the message says what to do.</exception>
    public static OperatorKey Read(string path)
    {
        var mode = File.GetUnixFileMode(path);
        if ((mode & DurableFile.Others) != 0)
        {
            throw new FormatException(
                $"The operator key {path} has mode {Convert.ToString((int)mode, 8).PadLeft(4, '0')}: others than its owner can read or change it. Run 'chmod 600 {path}'. "
                + "If somebody may have read it, make a new flock file and key with 'crux secret new'.");
        }
        var key = EcKeyFile.Read(path);
        return key is not null ? new(key) : throw new FormatException(
            $"{path} holds no operator key: a P-256 private key in PKCS#8 PEM is needed. Give the NAME.operator file that 'crux secret new' made.");
    }

    /// <summary>Writes the key as PKCS#8 PEM, mode 0600, whole or not at all.</summary>
    /// <exception cref="IOException">Something is there already, or the disk refuses.</exception>
    public void Write(string path) => DurableFile.Create(path, Encoding.ASCII.GetBytes(_key.ExportPkcs8PrivateKeyPem() + "\n"));

    /// <summary>Writes the public half as PEM: what the holder of the root key is given.</summary>
    /// <exception cref="IOException">Something is there already, or the disk refuses.</exception>
    public void WritePublic(string path) => DurableFile.Create(path, Encoding.ASCII.GetBytes(_key.ExportSubjectPublicKeyInfoPem() + "\n"));

    /// <summary>Reads the public half of a key from PEM, as SubjectPublicKeyInfo (DER).</summary>
    /// <exception cref="IOException">The file can't be read.</exception>
    /// <exception cref="FormatException">It holds no public P-256 key; the message says what to do.</exception>
    public static byte[] ReadPublic(string path)
    {
        var text = File.ReadAllText(path);
        if (PemEncoding.TryFind(text, out var fields) && text[fields.Label] == "PUBLIC KEY" && Convert.FromBase64String(text[fields.Base64Data]) is var key && IsPublicKey(key))
            return key;
        throw new FormatException(
            $"{path} holds no operator's public key: a P-256 public key in PEM is needed. Give the NAME.operator.pub file that 'crux operator key NAME' made; the NAME.operator beside it is secret, and stays where it is.");
    }

    /// <summary>Whether the bytes are a P-256 SubjectPublicKeyInfo.</summary>
    public static bool IsPublicKey(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out var read);
            return read == subjectPublicKeyInfo.Length && EcKeyFile.IsP256(key);
        }
        // A curve that nobody knows is not a cryptographic error to the framework.
        catch (Exception problem) when (problem is CryptographicException or PlatformNotSupportedException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
