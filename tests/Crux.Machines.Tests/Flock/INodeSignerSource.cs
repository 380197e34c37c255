using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Tests.Flock;

/// <summary>Signers by identity: real keys, or hashes where many nodes must be quick.</summary>
internal interface INodeSignerSource
{
    INodeSigner For(ulong identity);
}
