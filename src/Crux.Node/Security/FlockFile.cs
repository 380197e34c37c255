using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Crux.Node.Security;

/// <summary>
/// What every machine's image carries: the flock's secret and its operator's public key. Who has the file may ask to join.
/// </summary>
/// <remarks>
/// Text, so that it can be looked at: a line with magic and version, one line for each part, and a check over them that finds a
/// damaged copy. Lines that start with <c>#</c> are for people.
/// </remarks>
public sealed class FlockFile
{
    /// <summary>The secret's length.</summary>
    public const int SecretBytes = 32;

    /// <summary>The format's version that is read and written.</summary>
    public const int Version = 1;

    /// <summary>No flock file is longer: what is, is something else.</summary>
    public const int MaxFileBytes = 4096;

    private const string Magic = "crux-flock";
    private const string SecretKey = "secret";
    private const string OperatorKeyKey = "operator";
    private const string CheckKey = "check";
    private const int CheckBytes = 8;

    private readonly byte[] _secret;
    private readonly byte[] _operatorPublicKey;

    private FlockFile(byte[] secret, byte[] operatorPublicKey) => (_secret, _operatorPublicKey) = (secret, operatorPublicKey);

    /// <summary>The secret: 32 random bytes. Never log it.</summary>
    public ReadOnlyMemory<byte> Secret => _secret;

    /// <summary>The operator's public key, SubjectPublicKeyInfo (DER). What it signs changes trust or intent.</summary>
    public ReadOnlyMemory<byte> OperatorPublicKey => _operatorPublicKey;

    /// <summary>Tells two flock files apart without giving anything away: eight hexadecimal digits derived from the secret.</summary>
    public string Fingerprint
    {
        get
        {
            Span<byte> digest = stackalloc byte[4];
            HKDF.DeriveKey(HashAlgorithmName.SHA256, _secret, digest, salt: default, "crux flock file fingerprint v1"u8);
            return Convert.ToHexStringLower(digest);
        }
    }

    /// <summary>A flock file with a new random secret.</summary>
    /// <param name="operatorPublicKey">SubjectPublicKeyInfo (DER); see <see cref="OperatorKey.PublicKey"/>.</param>
    public static FlockFile Create(ReadOnlySpan<byte> operatorPublicKey) =>
        new(RandomNumberGenerator.GetBytes(SecretBytes), operatorPublicKey.ToArray());

    /// <summary>Reads a flock file, and refuses one that others than its owner could read or replace.</summary>
    /// <exception cref="FlockFileException">It is missing, empty, of another version, damaged, or exposed. The message says what to do.</exception>
    public static FlockFile Read(string path)
    {
        var content = SecretFile.Read(path, MaxFileBytes);
        return Parse(path, content);
    }

    /// <summary>Writes the file, mode 0600, whole or not at all.</summary>
    /// <exception cref="IOException">Something is there already, or the disk refuses.</exception>
    public void Write(string path) => DurableFile.Create(path, Encoding.ASCII.GetBytes(ToText()));

    private static FlockFile Parse(string path, string content)
    {
        var lines = content.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#').ToList();
        if (lines.Count == 0)
        {
            throw new FlockFileException(path, FlockFileFault.Empty,
                $"The flock file {path} is empty. Copy it again from where 'crux secret new' made it.");
        }
        var head = lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (head is not [Magic, var version])
        {
            throw new FlockFileException(path, FlockFileFault.NotAFlockFile,
                $"{path} is not a flock file: its first line should read '{Magic} {Version}'. Give the NAME.flock file that 'crux secret new' made.");
        }
        if (version != $"{Version}")
        {
            throw new FlockFileException(path, FlockFileFault.OtherVersion,
                $"The flock file {path} has version '{Printable(version)}', and this fulcrum reads version {Version}. "
                + "Run the fulcrum that the file was made for, or make a new one with 'crux secret new'.");
        }
        var parts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || !parts.TryAdd(line[..colon], line[(colon + 1)..].Trim()))
                throw Damaged(path, "a line is not of the form 'key: value', or comes twice");
        }
        if (!TryDecode(parts, SecretKey, out var secret) || secret.Length != SecretBytes)
            throw Damaged(path, $"its secret is not {SecretBytes} bytes in base64");
        if (!TryDecode(parts, OperatorKeyKey, out var operatorKey) || !OperatorKey.IsPublicKey(operatorKey))
            throw Damaged(path, "its operator line is not a P-256 public key in base64");
        var file = new FlockFile(secret, operatorKey);
        if (!parts.TryGetValue(CheckKey, out var check) || check != file.Check())
            throw Damaged(path, "its check line does not match the rest");
        return file;
    }

    private static FlockFileException Damaged(string path, string how) => new(path, FlockFileFault.Damaged,
        $"The flock file {path} is damaged: {how}. Copy it again from where 'crux secret new' made it.");

    private static bool TryDecode(SortedDictionary<string, string> parts, string key, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (!parts.TryGetValue(key, out var text))
            return false;
        var buffer = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, buffer, out var length))
            return false;
        bytes = buffer[..length];
        // The last digit has bits that nobody reads; damage to them is damage too.
        return Convert.ToBase64String(bytes) == text;
    }

    private static string Printable(string text) => string.Concat(text.Take(16).Select(c => char.IsAsciiLetterOrDigit(c) || c == '.' ? c : '?'));

    private string ToText() =>
        $"""
        {Magic} {Version}
        # Who has this file may ask to join the flock. Keep it readable by its owner alone.
        {SecretKey}: {Convert.ToBase64String(_secret)}
        {OperatorKeyKey}: {Convert.ToBase64String(_operatorPublicKey)}
        {CheckKey}: {Check()}

        """;

    private string Check()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("crux flock file check v1"u8);
        hash.AppendData(_secret);
        hash.AppendData(_operatorPublicKey);
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, CheckBytes));
    }
}
