using Crux.Machines.Flock.Keys;

namespace Crux.Simulator.Tests.Invariants;

/// <summary>Opens whatever it is shown.</summary>
internal sealed class CredulousCipher : IFrameCipher
{
    public void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated, Span<byte> text, Span<byte> tag) => tag.Clear();

    public bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> sealedText, ReadOnlySpan<byte> tag, Span<byte> text)
    {
        sealedText.CopyTo(text);
        return true;
    }

    public void Dispose()
    {
    }
}
