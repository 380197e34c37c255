using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Durable;
using Crux.Machines.Flock.Gossip;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Attributes;

/// <summary>
/// This node's attributes, and those of others that somebody here asked for. They are fetched from their node when they are wanted, and
/// not spread: ten thousand nodes that each tell ten thousand others what few of them ask would cost more than all the rest.
/// </summary>
internal sealed class AttributeExchange
{
    /// <summary>Attributes of others kept; enough for a whole view.</summary>
    public const int MaxHeld = 16_384;

    /// <summary>How long fetched ones are shown before they are asked for again.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    /// <summary>Who asked is told of changes for so long.</summary>
    public static readonly TimeSpan InterestLife = TimeSpan.FromMinutes(10);

    /// <summary>Members that are told of a change.</summary>
    public const int MaxInterested = 64;

    /// <summary>Questions sent at once, and a second.</summary>
    public const int AskBurst = 256;

    /// <inheritdoc cref="AskBurst"/>
    public const double AsksPerSecond = 500;

    /// <summary>Answers, and signatures checked, at once and a second.</summary>
    public const int AnswerBurst = 512;

    /// <inheritdoc cref="AnswerBurst"/>
    public const double AnswersPerSecond = 500;

    /// <summary>Time before the same member is asked again.</summary>
    public static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(300);

    private readonly FlockState _state;
    private readonly Mail _mail;
    private readonly TokenBucket _asks = new(AskBurst, AsksPerSecond);
    private readonly TokenBucket _answers = new(AnswerBurst, AnswersPerSecond);
    private readonly TokenBucket _checks = new(AnswerBurst, AnswersPerSecond);
    private readonly SortedDictionary<NetAddress, (NodeAttributes Attributes, Instant At)> _held = [];
    private readonly SortedDictionary<NetAddress, Instant> _asked = [];
    private readonly SortedDictionary<NetAddress, Instant> _interested = [];
    private readonly SortedDictionary<string, string> _set = new(StringComparer.Ordinal);
    private uint _version;

    public AttributeExchange(FlockState state, Mail mail)
    {
        (_state, _mail) = (state, mail);
        if (state.Memory.Of(DurableKind.Attributes) is { } kept)
        {
            var reader = new WireReader(kept.Span);
            while (!reader.AtEnd && !reader.Failed)
                _set[reader.Text(NameRules.MaxLength)] = reader.Text(NodeAttributes.MaxValueBytes);
            if (reader.Failed)
                throw new FlockMemoryException(DurableKind.Attributes, "The attributes on disk are of another version of fulcrum. Start the version that wrote them.");
        }
        Own = TrySign(_set) ?? throw new ArgumentException($"The node's attributes are too long: {NodeAttributes.MaxBytes} bytes are the most, with those set before.");
    }

    /// <summary>This node's own.</summary>
    public NodeAttributes Own { get; private set; }

    /// <summary>Those of members that came, and this node's own.</summary>
    public IReadOnlyList<NodeAttributes> Known =>
        [Own, .. _held.Values.Where(entry => IsCurrent(entry.Attributes)).Select(entry => entry.Attributes)];

    /// <summary>Sets one, or takes it back where there is no value.</summary>
    /// <returns>What is wrong, and what would be right; null where nothing is.</returns>
    public string? Set(string key, string? value)
    {
        if (NodeAttributes.FindProblem(key, value ?? "") is { } problem)
            return problem;
        if (_state.Self.Attributes.ContainsKey(key))
            return $"'{key}' is what the machine says of itself, and can't be set. Choose another key.";
        if (value is null && !_set.ContainsKey(key))
            return $"There is no attribute '{key}' to take back. See 'crux members --attributes'.";
        var wanted = new SortedDictionary<string, string>(_set, StringComparer.Ordinal);
        if (value is null)
            wanted.Remove(key);
        else
            wanted[key] = value;
        if (TrySign(wanted) is not { } signed)
            return $"That would be too much: a node has at most {NodeAttributes.MaxCount} attributes and {NodeAttributes.MaxBytes} bytes of them. Take one back with 'crux node unset KEY'.";
        _set.Clear();
        foreach (var (name, text) in wanted)
            _set[name] = text;
        Own = signed;
        Save();
        foreach (var (address, until) in _interested)
        {
            if (_state.Now < until && _state.View.TryGet(address, out var member) && member.IsLive)
                Tell(member);
        }
        return null;
    }

    /// <summary>Asks all members whose attributes are missing or old; the rest of them when it is called again. Returns how many are still to come.</summary>
    public int Want()
    {
        var missing = 0;
        if (_asked.Count >= MaxHeld)
            _asked.Clear();
        foreach (var member in _state.View.Reachable)
        {
            if (_state.IsMe(member) || (_held.TryGetValue(member.Address, out var held) && held.Attributes.Salt == member.Salt && _state.Now - held.At < Fresh))
                continue;
            missing++;
            if ((_asked.TryGetValue(member.Address, out var at) && _state.Now - at < Retry) || !_asks.TryTake(_state.Now))
                continue;
            _asked[member.Address] = _state.Now;
            _mail.Send(member, _mail.Write(MessageKind.WantAttributes));
        }
        if (missing == 0)
            _asked.Clear();
        return missing;
    }

    public bool OnWant(Slot peer)
    {
        if (!_answers.TryTake(_state.Now))
            return true;
        if (_interested.Count == MaxInterested && !_interested.ContainsKey(peer.Address))
            _interested.Remove(_interested.MinBy(entry => entry.Value.Ticks).Key);
        _interested[peer.Address] = _state.Now + InterestLife;
        Tell(peer.Record);
        return true;
    }

    public bool OnAttributes(Slot peer, ref WireReader reader)
    {
        if (!NodeAttributes.TryRead(reader.Take(reader.Left), out var attributes) || attributes.Address != peer.Address || attributes.Salt != peer.Record.Salt)
            return false;
        if (peer.Blob is not { } blob)
        {
            // In a large flock its key may not be here: it is asked again when that has come.
            _state.WantBlob(peer);
            return true;
        }
        if (!_checks.TryTake(_state.Now))
            return true;
        if (_held.Count >= MaxHeld)
            _held.Clear();
        if (_held.TryGetValue(peer.Address, out var held) && held.Attributes.Salt == attributes.Salt && held.Attributes.Version > attributes.Version)
            return true;
        if (attributes.IsSignedRight(_state, blob.PublicKey.Span) != true)
            return false;
        _held[peer.Address] = (attributes, _state.Now);
        return true;
    }

    private bool IsCurrent(NodeAttributes attributes) =>
        _state.View.TryGet(attributes.Address, out var member) && member.IsLive && member.Salt == attributes.Salt;

    private void Tell(MemberRecord to)
    {
        var message = _mail.Write(MessageKind.Attributes);
        message.Bytes(Own.Raw.Span);
        _mail.Send(to, message);
    }

    private NodeAttributes? TrySign(SortedDictionary<string, string> set)
    {
        var all = new SortedDictionary<string, string>(set, StringComparer.Ordinal);
        foreach (var (key, value) in _state.Self.Attributes)
            all[key] = value;
        return NodeAttributes.Sign(_state.Self.Address, _state.Gate.Salt, _version + 1, all, _state.Signer) is { } signed ? Count(signed) : null;
    }

    private NodeAttributes Count(NodeAttributes signed)
    {
        _version++;
        return signed;
    }

    private void Save()
    {
        var writer = new WireWriter(new byte[NodeAttributes.MaxBytes]);
        foreach (var (key, value) in _set)
        {
            writer.Text(key);
            writer.Text(value);
        }
        _state.Durable.Put(DurableKind.Attributes, writer.Written);
    }
}
