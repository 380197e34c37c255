using Crux.Machines.Flock.Keys;

namespace Crux.Simulator.Flock;

/// <summary>Makes ciphers that hide nothing and still tell a right frame from a wrong one.</summary>
public sealed class PlainFrameCipherSource : IFrameCipherSource
{
    /// <inheritdoc/>
    public IFrameCipher Create(ReadOnlySpan<byte> key) => new PlainFrameCipher(key);

    /// <inheritdoc/>
    public IFrameCipher Derive(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> purpose) => new PlainFrameCipher(secret, purpose);
}
