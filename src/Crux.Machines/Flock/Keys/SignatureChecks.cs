using System.Security.Cryptography;

namespace Crux.Machines.Flock.Keys;

/// <summary>
/// Checks signatures, each once: what was found is remembered, good or bad, and what is new is rationed. A flock in trouble tells
/// the same things many times, and a check costs a hundred times what anything else does.
/// </summary>
internal sealed class SignatureChecks(INodeSigner signer, FlockCounters counters)
{
    /// <summary>Findings remembered: this many of late, and up to as many from before those.</summary>
    public const int MaxRemembered = 4_096;

    /// <summary>Statements checked at once, and a second: alarms, claims, goodbyes. What is over is told again.</summary>
    public const int StatementBurst = 1_024;

    /// <inheritdoc cref="StatementBurst"/>
    public const double StatementsPerSecond = 500;

    /// <summary>Fetched blobs checked at once, and a second; one for every member of a large flock that this node comes into.</summary>
    public const int BlobBurst = 4_096;

    /// <inheritdoc cref="BlobBurst"/>
    public const double BlobsPerSecond = 1_000;

    // A key, a signature, and the longest statement: an operator's order.
    private const int MaxHashedBytes = 1_280;

    private readonly TokenBucket _statements = new(StatementBurst, StatementsPerSecond);
    private readonly TokenBucket _blobs = new(BlobBurst, BlobsPerSecond);
    private Dictionary<UInt128, bool> _young = [];
    private Dictionary<UInt128, bool> _old = [];

    /// <summary>Whether a statement is signed right; null where there were too many of late to tell.</summary>
    public bool? Check(Instant now, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        var name = NameOf(publicKey, message, signature);
        if (Find(name) is { } known)
            return known;
        return _statements.TryTake(now) ? Remember(name, signer.Verify(publicKey, message, signature)) : null;
    }

    /// <summary>Whether one more fetched blob may be checked now.</summary>
    public bool MayCheckBlob(Instant now) => _blobs.TryTake(now);

    private bool? Find(UInt128 name) => _young.TryGetValue(name, out var found) || _old.TryGetValue(name, out found) ? found : null;

    private bool Remember(UInt128 name, bool found)
    {
        counters.Verifications++;
        if (_young.Count == MaxRemembered)
        {
            (_young, _old) = (_old, _young);
            _young.Clear();
        }
        _young[name] = found;
        return found;
    }

    // Nobody can make two that are named alike: a good signature would then vouch for another statement.
    private static UInt128 NameOf(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Span<byte> buffer = stackalloc byte[MaxHashedBytes];
        buffer[0] = (byte)publicKey.Length;
        publicKey.CopyTo(buffer[1..]);
        signature.CopyTo(buffer[(1 + publicKey.Length)..]);
        message.CopyTo(buffer[(1 + publicKey.Length + signature.Length)..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(buffer[..(1 + publicKey.Length + signature.Length + message.Length)], hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
