using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Gossip;
using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Flock.Membership;

/// <summary>Shows blobs to members that want them. Any member shows any blob: each is signed by whom it describes.</summary>
internal sealed class BlobAnswers(FlockState state, Mail mail)
{
    /// <summary>Datagrams with blobs sent at once, and a second.</summary>
    public const int AnswerBurst = 128;

    /// <inheritdoc cref="AnswerBurst"/>
    public const double AnswersPerSecond = 400;

    /// <summary>Datagrams in answer to one who wants many: the rest it asks for again, here or elsewhere.</summary>
    public const int MaxToOne = 4;

    private readonly TokenBucket _answers = new(AnswerBurst, AnswersPerSecond);
    private readonly List<NodeBlob> _found = [];

    /// <summary>Blobs of single addresses.</summary>
    public bool OnWant(MemberRecord peer, ref WireReader reader)
    {
        _found.Clear();
        while (!reader.AtEnd && !reader.Failed)
        {
            if (state.View.BlobOf(reader.Address()) is { } blob)
                _found.Add(blob);
        }
        Send(peer, int.MaxValue);
        return !reader.Failed;
    }

    /// <summary>Blobs of blocks' slots: this node's own first, which nobody else may have.</summary>
    public bool OnWantMany(MemberRecord peer, ref WireReader reader)
    {
        _found.Clear();
        var cursor = default(BlockCursor);
        while (!reader.AtEnd && !reader.Failed)
        {
            var (id, slots) = (cursor.Read(ref reader), BlockMap.ReadSlots(ref reader));
            if (reader.Failed || state.View.FindBlock(id) is not { } block)
                continue;
            for (var slot = slots.Next(0); slot >= 0; slot = slots.Next(slot + 1))
            {
                if (!block.Live.Has(slot) || block.BlobAt(slot) is not { } blob)
                    continue;
                _found.Add(blob);
                if (blob.Address == state.Self.Address)
                    (_found[0], _found[^1]) = (_found[^1], _found[0]);
            }
        }
        Send(peer, MaxToOne);
        return !reader.Failed;
    }

    private void Send(MemberRecord peer, int most)
    {
        for (int next = 0, sent = 0; next < _found.Count && sent < most && _answers.TryTake(state.Now); sent++)
        {
            var message = mail.Write(MessageKind.Blobs);
            for (; next < _found.Count && message.Room >= _found[next].Raw.Length + 2; next++)
            {
                message.UInt16((ushort)_found[next].Raw.Length);
                message.Bytes(_found[next].Raw);
            }
            mail.Send(peer, message);
        }
    }
}
