using System.Diagnostics.CodeAnalysis;
using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Flock.Authority;

/// <summary>
/// What an operator's key signed: one thing to be done, by one flock, once. The key stays with the operator, so neither a node nor
/// the flock's secret can make one.
/// </summary>
public sealed class OperatorOrder
{
    /// <summary>The longest payload; what doesn't fit is two orders. One order always fits into one datagram.</summary>
    public const int MaxPayloadBytes = 640;

    /// <summary>The longest public key of a signer: P-256 as SubjectPublicKeyInfo (DER).</summary>
    public const int MaxSignerKeyBytes = 91;

    /// <summary>The longest order: form, kind, bloc, name, lineage, id, sequence, payload with its length, signer's key with its length, signature.</summary>
    public const int MaxBytes = 2 + (2 * (1 + NameRules.MaxLength)) + 16 + 16 + 8 + 2 + MaxPayloadBytes + 1 + MaxSignerKeyBytes + INodeSigner.SignatureBytes;

    // The root key's orders don't name it, for every flock file does.
    private const byte FormOfRoot = 1;
    private const byte FormOfOther = 2;

    private readonly byte[] _raw;
    private readonly byte[] _payload;
    private readonly byte[] _signerKey;

    private OperatorOrder(byte[] raw, byte[] payload, byte[] signerKey)
    {
        (_raw, _payload, _signerKey) = (raw, payload, signerKey);
        Digest = OperatorRoster.KeyOf(raw);
    }

    /// <summary>What is to be done.</summary>
    public required OrderKind Kind { get; init; }

    /// <summary>The bloc of the flock that is to do it.</summary>
    public required string Bloc { get; init; }

    /// <summary>The name of the flock that is to do it.</summary>
    public required string Flock { get; init; }

    /// <summary>The uuid of the sealed flock that is to do it; 0 where it is not sealed.</summary>
    public required UInt128 Lineage { get; init; }

    /// <summary>Random: tells this order from every other.</summary>
    public required UInt128 Id { get; init; }

    /// <summary>Grows from order to order; one that is lower than what a node has already forgotten is too old.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>Whatever the kind needs.</summary>
    public ReadOnlyMemory<byte> Payload => _payload;

    /// <summary>The public key of the further operator who signed it; empty for the root key. Whether that one may is another question: <see cref="OperatorRoster"/>.</summary>
    public ReadOnlyMemory<byte> SignerKey => _signerKey;

    /// <summary>The first 16 bytes of the SHA-256 of the order as it travels: nobody can make two that share it.</summary>
    public UInt128 Digest { get; }

    /// <summary>The order as it travels, signature included.</summary>
    public ReadOnlyMemory<byte> Raw => _raw;

    private static ReadOnlySpan<byte> Context => "crux operator order v1\0"u8;

    /// <summary>Makes an order and signs it.</summary>
    /// <param name="kind">What is to be done.</param>
    /// <param name="flock">Who is to do it; see <see cref="FlockAuthority"/>.</param>
    /// <param name="id">Random.</param>
    /// <param name="sequence">Above <see cref="FlockAuthority.HighestSequence"/>.</param>
    /// <param name="payload">At most <see cref="MaxPayloadBytes"/>.</param>
    /// <param name="signer">The operator's key: the root key, or that of a further operator.</param>
    /// <exception cref="ArgumentException">The payload is too long, or a name breaks the rules.</exception>
    public static OperatorOrder Sign(OrderKind kind, FlockAuthority flock, UInt128 id, ulong sequence, ReadOnlySpan<byte> payload, INodeSigner signer)
    {
        ArgumentNullException.ThrowIfNull(flock);
        ArgumentNullException.ThrowIfNull(signer);
        if (payload.Length > MaxPayloadBytes)
            throw new ArgumentException($"An order carries at most {MaxPayloadBytes} bytes; this one has {payload.Length}.", nameof(payload));
        Span<byte> buffer = stackalloc byte[MaxBytes];
        var writer = new WireWriter(buffer);
        var isRoot = signer.PublicKey.Span.SequenceEqual(flock.OperatorKey.Span);
        writer.Byte(isRoot ? FormOfRoot : FormOfOther);
        writer.Byte((byte)kind);
        writer.Text(flock.Bloc);
        writer.Text(flock.Flock);
        writer.UInt128(flock.Lineage);
        writer.UInt128(id);
        writer.UInt64(sequence);
        writer.UInt16((ushort)payload.Length);
        writer.Bytes(payload);
        if (!isRoot)
        {
            writer.Byte((byte)signer.PublicKey.Length);
            writer.Bytes(signer.PublicKey.Span);
        }
        Span<byte> signature = stackalloc byte[INodeSigner.SignatureBytes];
        signer.Sign(Message(writer.Written, stackalloc byte[MaxBytes + 32]), signature);
        writer.Bytes(signature);
        return TryRead(writer.Written, out var order) ? order : throw new ArgumentException("The flock's bloc or name breaks the rules for names.", nameof(flock));
    }

    /// <summary>Reads an order without believing it: its signature, and whether its signer may, come next.</summary>
    public static bool TryRead(ReadOnlySpan<byte> raw, [NotNullWhen(true)] out OperatorOrder? order)
    {
        order = null;
        if (raw.Length is > MaxBytes or <= INodeSigner.SignatureBytes)
            return false;
        var reader = new WireReader(raw[..^INodeSigner.SignatureBytes]);
        var form = reader.Byte();
        var kind = (OrderKind)reader.Byte();
        var (bloc, flock) = (reader.Text(NameRules.MaxLength), reader.Text(NameRules.MaxLength));
        var (lineage, id, sequence) = (reader.UInt128(), reader.UInt128(), reader.UInt64());
        var payload = reader.Take(reader.UInt16());
        var signerKey = form == FormOfOther ? reader.Take(reader.Byte()) : default;
        if (reader.Failed || !reader.AtEnd || form is not (FormOfRoot or FormOfOther) || (form == FormOfOther && signerKey.Length is 0 or > MaxSignerKeyBytes) || kind == OrderKind.None || payload.Length > MaxPayloadBytes
            || !NameRules.Holds(bloc) || !NameRules.Holds(flock))
            return false;
        order = new OperatorOrder(raw.ToArray(), payload.ToArray(), signerKey.ToArray()) { Kind = kind, Bloc = bloc, Flock = flock, Lineage = lineage, Id = id, Sequence = sequence };
        return true;
    }

    /// <summary>Whether the holder of the root key signed it, as root.</summary>
    public bool IsSignedBy(ReadOnlySpan<byte> rootKey, INodeSigner signer) => _signerKey.Length == 0 && IsSignedUnder(rootKey, signer);

    /// <summary>Whether it is signed by whoever it says: the root key, or the further operator whose key it carries.</summary>
    public bool IsSignedUnder(ReadOnlySpan<byte> rootKey, INodeSigner signer)
    {
        ArgumentNullException.ThrowIfNull(signer);
        var key = _signerKey.Length == 0 ? rootKey : _signerKey;
        return signer.Verify(key, Message(_raw.AsSpan(..^INodeSigner.SignatureBytes), stackalloc byte[MaxBytes + 32]), _raw.AsSpan(^INodeSigner.SignatureBytes..));
    }

    /// <summary>As <see cref="IsSignedUnder"/>, remembered and rationed; null where there was too much to check to tell now.</summary>
    internal bool? IsSignedRight(FlockState state) => state.Checks.Check(
        state.Now, _signerKey.Length == 0 ? state.OperatorKey.Span : _signerKey, Message(_raw.AsSpan(..^INodeSigner.SignatureBytes), stackalloc byte[MaxBytes + 32]), _raw.AsSpan(^INodeSigner.SignatureBytes..));

    /// <summary>The order in which orders are kept: by sequence, then id.</summary>
    internal static int Compare(OperatorOrder one, OperatorOrder other) =>
        one.Sequence != other.Sequence ? one.Sequence.CompareTo(other.Sequence) : one.Id.CompareTo(other.Id);

    private static ReadOnlySpan<byte> Message(scoped ReadOnlySpan<byte> statement, Span<byte> buffer) => Signed.Message(Context, statement, buffer);
}
