using Crux.Machines.Flock.Codec;

namespace Crux.Machines.Flock.Keys;

/// <summary>
/// A fenced leader's signed word on the flock's keys: which generation everybody seals with, and which one everybody should fetch.
/// It names keys and holds none, so it may pass through any hands.
/// </summary>
/// <param name="Lineage">Whose history.</param>
/// <param name="Term">In which the leader was elected.</param>
/// <param name="Revision">Which version within the term.</param>
/// <param name="Order">The sequence of the operator's last order that it answers; a later one asks for another generation.</param>
/// <param name="Active">Seal with this; none while it is the join key.</param>
/// <param name="Next">Fetch this, and seal with it once a later notice says so; none while nothing is under way.</param>
internal sealed record KeyNotice(UInt128 Lineage, ulong Term, uint Revision, ulong Order, GenerationId Active, GenerationId Next)
{
    public const int MaxBytes = StatementBytes + 1 + Membership.NodeBlob.MaxPublicKeyBytes + INodeSigner.SignatureBytes;

    private const int StatementBytes = 16 + 8 + 4 + 8 + (2 * GenerationId.SizeBytes);

    private byte[] _leaderKey = [];
    private byte[] _signature = [];

    private static ReadOnlySpan<byte> Context => "crux key notice v1\0"u8;

    /// <summary>Who signed.</summary>
    public NodeId Leader { get; private init; }

    /// <summary>Differs for every notice; never 0.</summary>
    public ulong Digest => Mix.Three(Mix.Three((ulong)Lineage, Term, Revision), (ulong)Active.Check, (ulong)Next.Check) | 1;

    /// <summary>Whether it goes before <paramref name="other"/> of the same lineage.</summary>
    public bool IsNewerThan(KeyNotice other) => Term != other.Term ? Term > other.Term : Revision > other.Revision;

    public KeyNotice Signed(INodeSigner signer)
    {
        var signature = new byte[INodeSigner.SignatureBytes];
        signer.Sign(Message(stackalloc byte[StatementBytes + 32]), signature);
        return this with { Leader = NodeId.FromPublicKey(signer.PublicKey.Span), _leaderKey = signer.PublicKey.ToArray(), _signature = signature };
    }

    /// <summary>Whether the node that it names signed it; null where there is too much to check to tell now.</summary>
    public bool? IsSignedRight(Instant now, SignatureChecks checks) => checks.Check(now, _leaderKey, Message(stackalloc byte[StatementBytes + 32]), _signature);

    public void Write(ref WireWriter writer)
    {
        WriteStatement(ref writer);
        writer.Byte((byte)_leaderKey.Length);
        writer.Bytes(_leaderKey);
        writer.Bytes(_signature);
    }

    public static KeyNotice Read(ref WireReader reader)
    {
        var notice = new KeyNotice(
            reader.UInt128(), reader.UInt64(), reader.UInt32(), reader.UInt64(), GenerationId.Read(ref reader), GenerationId.Read(ref reader));
        var key = reader.Take(reader.Byte());
        if (key.Length is 0 or > Membership.NodeBlob.MaxPublicKeyBytes)
            reader.Fail();
        var signature = reader.Take(INodeSigner.SignatureBytes);
        return reader.Failed ? notice : notice with { Leader = NodeId.FromPublicKey(key), _leaderKey = key.ToArray(), _signature = signature.ToArray() };
    }

    private ReadOnlySpan<byte> Message(Span<byte> buffer)
    {
        Span<byte> statement = stackalloc byte[StatementBytes];
        var writer = new WireWriter(statement);
        WriteStatement(ref writer);
        return Codec.Signed.Message(Context, writer.Written, buffer);
    }

    private void WriteStatement(ref WireWriter writer)
    {
        writer.UInt128(Lineage);
        writer.UInt64(Term);
        writer.UInt32(Revision);
        writer.UInt64(Order);
        Active.Write(ref writer);
        Next.Write(ref writer);
    }
}
