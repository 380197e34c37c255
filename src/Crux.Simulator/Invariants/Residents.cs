using Crux.Simulator.Network;

namespace Crux.Simulator.Invariants;

/// <summary>Who ever was at which address. The flock of each can be asked a hundred million times in one history.</summary>
internal sealed class Residents(AddressPlaces places)
{
    private const int Nobody = 0, Several = -1;

    private static readonly List<SimulatedNode> None = [];

    private readonly Dictionary<NetAddress, List<SimulatedNode>> _all = [];

    // Numbers of flocks from 1 on, by place in the range.
    private readonly int[] _flocks = new int[places.Count];

    public void Add(SimulatedNode node)
    {
        if (!_all.TryGetValue(node.Address, out var here))
            _all.Add(node.Address, here = []);
        if (!here.Contains(node))
            here.Add(node);
        if (!places.TryFind(node.Address, out var place))
            return;
        ref var flock = ref _flocks[place];
        flock = flock == Nobody || flock == node.Flock + 1 ? node.Flock + 1 : Several;
    }

    public List<SimulatedNode> At(NetAddress address) => _all.GetValueOrDefault(address) ?? None;

    /// <summary>Whether a node of this flock is, or was, at an address.</summary>
    public bool Holds(NetAddress address, int flock) =>
        places.TryFind(address, out var place) && _flocks[place] is var known and not Several ? known == flock + 1 : Held(address, flock);

    // Apart, so that the usual answer makes no closure.
    private bool Held(NetAddress address, int flock) => At(address).Exists(node => node.Flock == flock);
}
