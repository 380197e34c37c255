using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Tests.Flock;

internal sealed class HashSignerSource : INodeSignerSource
{
    public INodeSigner For(ulong identity) => HashSigner.For(identity);
}
