using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Gossip;
using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Flock.Membership;

/// <summary>A node's own signed word that it leaves; nobody has to find out that it is silent.</summary>
internal sealed class Goodbye(FlockState state, Mail mail, Census census)
{
    /// <summary>Members told directly; they tell the others.</summary>
    public const int MaxTold = 256;

    private const int MaxStatementBytes = WireFormat.MaxAddressBytes + 4 + 8;

    private static ReadOnlySpan<byte> Context => "crux goodbye v1\0"u8;

    public void Say()
    {
        Span<byte> statement = stackalloc byte[MaxStatementBytes];
        var said = Statement(state.Me.Record, statement);
        Span<byte> signature = stackalloc byte[INodeSigner.SignatureBytes];
        state.Signer.Sign(Signed.Message(Context, said, stackalloc byte[MaxStatementBytes + 32]), signature);
        var message = mail.Write(MessageKind.Goodbye);
        message.UInt32(state.Me.Record.Incarnation);
        message.Bytes(signature);
        var (total, start) = (state.View.ReachableCount, state.Random.Next(state.View.ReachableCount));
        // From a random one on, and round.
        foreach (var member in state.View.Reachable.Skip(start).Concat(state.View.Reachable.Take(start)).Take(Math.Min(total, MaxTold)))
        {
            if (!state.IsMe(member))
                mail.Send(member, message);
        }
    }

    public bool OnGoodbye(Slot from, ref WireReader reader)
    {
        var incarnation = reader.UInt32();
        var signature = reader.Take(INodeSigner.SignatureBytes);
        if (reader.Failed)
            return false;
        if (incarnation != from.Record.Incarnation || from.Blob is not { } blob)
            return true;
        var said = Statement(from.Record, stackalloc byte[MaxStatementBytes]);
        if (state.Verify(blob, Signed.Message(Context, said, stackalloc byte[MaxStatementBytes + 32]), signature) is not { } isSignedRight)
            return true;
        if (!isSignedRight)
            return false;
        census.Apply(from.Record with { Status = RecordStatus.Left }, from.Address, spread: true);
        return true;
    }

    private static ReadOnlySpan<byte> Statement(MemberRecord record, Span<byte> target)
    {
        var writer = new WireWriter(target);
        writer.Address(record.Address);
        writer.UInt32(record.Incarnation);
        writer.UInt64(record.Salt);
        return target[..writer.Length];
    }
}
