namespace Crux.Services.Trust;

/// <summary>The kinds of calls to this node's services that no rule allowed, and whom these services expect. For the operator; nothing is decided by it.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class CallLog(TimeProvider time)
{
    /// <summary>Kinds remembered; the one seen longest ago goes first.</summary>
    public const int MaxKinds = 2_048;

    /// <summary>Services whose expectations are remembered; later ones are not shown.</summary>
    public const int MaxTargets = 512;

    private readonly Lock _gate = new();
    private readonly Dictionary<(TrustParty Caller, TrustParty Target, string Path, bool Denied, bool Passed), SeenCalls> _seen = [];
    private readonly SortedDictionary<TrustParty, IReadOnlyList<string>> _expected = [];

    /// <summary>What was seen, the newest first.</summary>
    public IReadOnlyList<SeenCalls> Seen
    {
        get
        {
            lock (_gate)
                return [.. _seen.Values.OrderByDescending(calls => calls.LastUnixMs)];
        }
    }

    /// <summary>Whom the services expect.</summary>
    public IReadOnlyList<KeyValuePair<TrustParty, IReadOnlyList<string>>> Expected
    {
        get
        {
            lock (_gate)
                return [.. _expected];
        }
    }

    /// <summary>Adds calls of one kind; true where it was not seen before.</summary>
    public bool Add(TrustParty caller, TrustParty target, string path, bool denied, bool passed, ulong count)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var key = (caller, target, path, denied, passed);
        lock (_gate)
        {
            if (_seen.TryGetValue(key, out var before))
            {
                _seen[key] = before with { Count = before.Count + count, LastUnixMs = now };
                return false;
            }
            if (_seen.Count == MaxKinds)
                _seen.Remove(_seen.MinBy(pair => pair.Value.LastUnixMs).Key);
            _seen.Add(key, new(caller, target, path, denied, passed, count, now, now));
            return true;
        }
    }

    /// <summary>Remembers whom a service expects.</summary>
    public void Expect(TrustParty target, IReadOnlyList<string> callers)
    {
        lock (_gate)
        {
            if (_expected.Count < MaxTargets || _expected.ContainsKey(target))
                _expected[target] = callers;
        }
    }
}
