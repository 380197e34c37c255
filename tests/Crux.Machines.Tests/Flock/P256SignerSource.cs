using System.Security.Cryptography;
using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Tests.Flock;

/// <summary>A real key for every identity.</summary>
internal sealed class P256SignerSource : INodeSignerSource, IDisposable
{
    private readonly SortedDictionary<ulong, P256NodeSigner> _signers = [];

    public INodeSigner For(ulong identity)
    {
        if (!_signers.TryGetValue(identity, out var signer))
            _signers[identity] = signer = new P256NodeSigner(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        return signer;
    }

    public void Dispose()
    {
        foreach (var signer in _signers.Values)
            signer.Dispose();
    }
}
