using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Tests.Flock;

/// <summary>One node signs with a key that is not the one it names.</summary>
internal sealed class ForgingSignerSource(ulong forger) : INodeSignerSource
{
    public INodeSigner For(ulong identity) => identity == forger ? new Forger(HashSigner.For(identity)) : HashSigner.For(identity);

    private sealed class Forger(INodeSigner named) : INodeSigner
    {
        public ReadOnlyMemory<byte> PublicKey => named.PublicKey;

        public void Sign(ReadOnlySpan<byte> message, Span<byte> signature) => HashSigner.For(666).Sign(message, signature);

        public bool TrySeal(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> text, Span<byte> sealedText) =>
            named.TrySeal(publicKey, associated, text, sealedText);

        public bool TryUnseal(ReadOnlySpan<byte> associated, ReadOnlySpan<byte> sealedText, Span<byte> text) => named.TryUnseal(associated, sealedText, text);

        public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => named.Verify(publicKey, message, signature);
    }
}
