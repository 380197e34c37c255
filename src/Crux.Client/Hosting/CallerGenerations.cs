using Crux.Client.Connect;

namespace Crux.Client.Hosting;

/// <summary>
/// The oldest generation of keys that counts, of each name on each node, as the newest of its keys said that came here. A key from before
/// it is refused, whoever has it.
/// </summary>
/// <remarks>Thread-safe. What is said in a statement is its node's word.</remarks>
internal sealed class CallerGenerations
{
    /// <summary>Names remembered; the one heard of longest ago is forgotten first, and its old keys then count until this endpoint's own key is replaced.</summary>
    public const int MaxCallers = 4096;

    private readonly Lock _lock = new();
    private readonly Dictionary<(NodeId Node, string Service), Known> _known = [];
    private long _uses;

    /// <summary>Whether a caller's key still counts; learns from it where it is newer than those before.</summary>
    /// <param name="caller">Verified.</param>
    /// <param name="problem">What is wrong with it, for the log.</param>
    public bool Admits(PeerStatement caller, out string problem)
    {
        problem = "";
        lock (_lock)
        {
            if (!_known.TryGetValue((caller.Node, caller.Service), out var known))
            {
                if (_known.Count >= MaxCallers)
                    _known.Remove(_known.MinBy(pair => pair.Value.LastUse).Key);
                _known.Add((caller.Node, caller.Service), known = new Known());
            }
            known.LastUse = ++_uses;
            if (caller.Generation < known.Oldest)
            {
                problem = $"its key is of generation {caller.Generation}, and those of {caller.Service} on node {caller.Node.Brief} before {known.Oldest} were taken back";
                return false;
            }
            known.Oldest = Math.Max(known.Oldest, caller.Oldest);
            return true;
        }
    }

    private sealed class Known
    {
        public ulong Oldest { get; set; }

        public long LastUse { get; set; }
    }
}
