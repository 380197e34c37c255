using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Detection;

/// <summary>An observer's signed word that a member did not answer.</summary>
/// <param name="Subject">The silent member's slot.</param>
/// <param name="Incarnation">Which life of it.</param>
/// <param name="Salt">Which boot of it.</param>
/// <param name="Observer">Who says so.</param>
internal sealed record Alarm(NetAddress Subject, uint Incarnation, ulong Salt, NetAddress Observer)
{
    private const int MaxStatementBytes = (2 * WireFormat.MaxAddressBytes) + 4 + 8;

    private static ReadOnlySpan<byte> Context => "crux alarm v1\0"u8;

    /// <summary>Empty where this node keeps it to itself.</summary>
    public ReadOnlyMemory<byte> Signature { get; init; }

    public static Alarm On(MemberRecord subject, NetAddress observer, ReadOnlySpan<byte> signature) =>
        new(subject.Address, subject.Incarnation, subject.Salt, observer) { Signature = signature.ToArray() };

    public Alarm Signed(INodeSigner signer)
    {
        var signature = new byte[INodeSigner.SignatureBytes];
        signer.Sign(Message(stackalloc byte[MaxStatementBytes + 32]), signature);
        return this with { Signature = signature };
    }

    public bool? IsSignedRight(FlockState state, NodeBlob blob) => state.Verify(blob, Message(stackalloc byte[MaxStatementBytes + 32]), Signature.Span);

    public bool IsOf(MemberRecord record) => Subject == record.Address && Incarnation == record.Incarnation && Salt == record.Salt;

    private ReadOnlySpan<byte> Message(Span<byte> buffer)
    {
        Span<byte> statement = stackalloc byte[MaxStatementBytes];
        var writer = new WireWriter(statement);
        writer.Address(Subject);
        writer.UInt32(Incarnation);
        writer.UInt64(Salt);
        writer.Address(Observer);
        return Codec.Signed.Message(Context, writer.Written, buffer);
    }
}
