using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Gossip;

namespace Crux.Machines.Flock.Membership;

/// <summary>Finds out whether two addresses that showed one node id are a machine that moved, or two machines.</summary>
internal sealed class CloneWatch(FlockState state, Mail mail)
{
    /// <summary>Pairs looked at at once.</summary>
    public const int MaxPairs = 64;

    /// <summary>
    /// Who is heard this long after the other appeared lives at the same time: a machine that moved was gone before it came back, and
    /// nothing that it sent before is on its way for so long.
    /// </summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromSeconds(1);

    /// <summary>Time between two questions to both of a pair; twice as long each time, up to <see cref="MaxPeriod"/>.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(300);

    /// <inheritdoc cref="Period"/>
    public static readonly TimeSpan MaxPeriod = TimeSpan.FromSeconds(5);

    private readonly Dictionary<NodeId, NetAddress> _homes = [];
    private readonly List<Doubtful> _pairs = [];

    /// <summary>There is a pair: any frame of one of them may settle it.</summary>
    public bool IsWatching => _pairs.Count > 0;

    public Instant Due => _pairs.Count == 0 ? Instant.Never : _pairs.Min(pair => pair.AskDue);

    /// <summary>A verified blob came into the view.</summary>
    public void See(NodeBlob blob)
    {
        var home = blob.Id == state.Id ? state.Self.Address : _homes.GetValueOrDefault(blob.Id, blob.Address);
        if (home != blob.Address && state.View.BlobOf(home) is { } other && other.Id == blob.Id)
        {
            if (_pairs.Count < MaxPairs && !_pairs.Exists(pair => pair.One.Salt == other.Salt && pair.Other.Salt == blob.Salt))
                _pairs.Add(new Doubtful(other, blob, state.Now));
            return;
        }
        if (_homes.Count >= 2 * state.Options.MaxMembers)
            _homes.Clear();
        _homes[blob.Id] = blob.Address;
    }

    /// <summary>The next pair of which both were heard while both lived; null where there is none now.</summary>
    public ClonePair? Find()
    {
        for (var i = _pairs.Count - 1; i >= 0; i--)
        {
            var pair = _pairs[i];
            if (!Lives(pair.One) || !Lives(pair.Other))
            {
                _pairs.RemoveAt(i);
                // Whoever is left is at home now.
                if (Lives(pair.Other))
                    _homes[pair.Other.Id] = pair.Other.Address;
                continue;
            }
            if (IsHeard(pair.One, pair) && IsHeard(pair.Other, pair))
            {
                _pairs.RemoveAt(i);
                return new ClonePair(pair.One, pair.Other);
            }
            if (state.Now < pair.AskDue)
                continue;
            pair.AskDue = state.Now + pair.Period;
            pair.Period = TimeSpan.FromTicks(Math.Min(2 * pair.Period.Ticks, MaxPeriod.Ticks));
            Ask(pair.One);
            Ask(pair.Other);
        }
        return null;
    }

    private bool Lives(NodeBlob blob) => state.View.TryGet(blob.Address, out var record) && record.Status == RecordStatus.Alive && record.Salt == blob.Salt;

    private bool IsHeard(NodeBlob blob, Doubtful pair) =>
        blob.Address == state.Self.Address ? state.Now - pair.Since >= Overlap : state.View.Find(blob.Address)?.HeardAt - pair.Since >= Overlap;

    // For its own blob: the answer is a word under its boot's key, to this boot.
    private void Ask(NodeBlob blob)
    {
        if (blob.Address == state.Self.Address || !state.View.TryGet(blob.Address, out var record))
            return;
        var message = mail.Write(MessageKind.WantBlobs);
        message.Address(blob.Address);
        mail.Send(record, message);
    }

    private sealed class Doubtful(NodeBlob one, NodeBlob other, Instant now)
    {
        public NodeBlob One { get; } = one;

        public NodeBlob Other { get; } = other;

        public Instant Since { get; } = now;

        public Instant AskDue { get; set; } = now + Overlap;

        public TimeSpan Period { get; set; } = CloneWatch.Period;
    }
}
