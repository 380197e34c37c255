using Crux.Machines.Flock.Keys;

namespace Crux.Simulator.Tests.Invariants;

/// <summary>Ciphers that open whatever they are shown.</summary>
internal sealed class CredulousCipherSource : IFrameCipherSource
{
    public IFrameCipher Create(ReadOnlySpan<byte> key) => new CredulousCipher();
}
