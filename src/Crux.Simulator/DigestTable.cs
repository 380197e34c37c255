using Crux.Machines.Flock;

namespace Crux.Simulator;

/// <summary>
/// What every node's view came to after its last step, side by side: whoever looks at ten thousand nodes a hundred times a second would
/// else fetch the memory of ten thousand machines each time.
/// </summary>
internal sealed class DigestTable
{
    private FlockDigest[] _digests = new FlockDigest[64];
    private int _count;

    public ref FlockDigest this[int node] => ref _digests[node];

    /// <summary>One more node. Not while any runs.</summary>
    public void Add()
    {
        if (_count == _digests.Length)
            Array.Resize(ref _digests, 2 * _count);
        _count++;
    }
}
