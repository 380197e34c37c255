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
    public const int MaxBytes = (2 * WireFormat.MaxAddressBytes) + 4 + 8 + INodeSigner.SignatureBytes;

    private byte[] _signature = new byte[INodeSigner.SignatureBytes];

    private static ReadOnlySpan<byte> Context => "crux alarm v1\0"u8;

    public static Alarm Read(ref WireReader reader)
    {
        var alarm = new Alarm(reader.Address(), reader.UInt32(), reader.UInt64(), reader.Address());
        reader.Take(INodeSigner.SignatureBytes).CopyTo(alarm._signature);
        return alarm;
    }

    public void Write(ref WireWriter writer)
    {
        WriteStatement(ref writer);
        writer.Bytes(_signature);
    }

    public Alarm Signed(INodeSigner signer)
    {
        // A copy made by 'with' shares the array: a new signature needs one of its own.
        _signature = new byte[INodeSigner.SignatureBytes];
        signer.Sign(Message(stackalloc byte[MaxBytes + 32]), _signature);
        return this;
    }

    public bool? IsSignedRight(FlockState state, NodeBlob blob) => state.Verify(blob, Message(stackalloc byte[MaxBytes + 32]), _signature);

    public bool IsOf(MemberRecord record) => Subject == record.Address && Incarnation == record.Incarnation && Salt == record.Salt;

    private ReadOnlySpan<byte> Message(Span<byte> buffer)
    {
        Span<byte> statement = stackalloc byte[MaxBytes];
        var writer = new WireWriter(statement);
        WriteStatement(ref writer);
        return Codec.Signed.Message(Context, writer.Written, buffer);
    }

    private void WriteStatement(ref WireWriter writer)
    {
        writer.Address(Subject);
        writer.UInt32(Incarnation);
        writer.UInt64(Salt);
        writer.Address(Observer);
    }
}
