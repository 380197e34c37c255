using System.Security.Cryptography;
using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Tests.Flock.Keys;

public sealed class SealTests : IDisposable
{
    private static readonly byte[] Text = [.. Enumerable.Range(0, 72).Select(i => (byte)i)];

    private readonly P256NodeSigner _me = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));
    private readonly P256NodeSigner _other = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    [Fact]
    public void What_is_sealed_to_a_node_opens_there_and_nowhere_else()
    {
        var sealedText = Sealed();
        var text = new byte[Text.Length];
        Assert.True(_me.TryUnseal("for me"u8, sealedText, text));
        Assert.Equal(Text, text);
        Assert.False(_other.TryUnseal("for me"u8, sealedText, text));
        Assert.False(_me.TryUnseal("for you"u8, sealedText, text));
    }

    [Fact]
    public void The_same_text_sealed_twice_reads_differently() => Assert.NotEqual(Sealed(), Sealed());

    [Fact]
    public void Every_flipped_bit_is_noticed_and_none_throws()
    {
        var sealedText = Sealed();
        var text = new byte[Text.Length];
        for (var bit = 0; bit < sealedText.Length * 8; bit++)
        {
            sealedText[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(_me.TryUnseal("for me"u8, sealedText, text));
            sealedText[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        Assert.True(_me.TryUnseal("for me"u8, sealedText, text));
    }

    [Fact]
    public void Nonsense_is_refused_and_never_thrown_at()
    {
        var random = new SeededRandom(5);
        var text = new byte[Text.Length];
        for (var i = 0; i < 2_000; i++)
        {
            var noise = new byte[random.Next(300)];
            random.Fill(noise);
            Assert.False(_me.TryUnseal([], noise, text));
            Assert.False(_me.TrySeal(noise, [], Text, new byte[Text.Length + INodeSealer.OverheadBytes]));
        }
        using var wrongCurve = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.False(_me.TrySeal(wrongCurve.ExportSubjectPublicKeyInfo(), [], Text, new byte[Text.Length + INodeSealer.OverheadBytes]));
    }

    public void Dispose()
    {
        _me.Dispose();
        _other.Dispose();
    }

    private byte[] Sealed()
    {
        var sealedText = new byte[Text.Length + INodeSealer.OverheadBytes];
        Assert.True(_other.TrySeal(_me.PublicKey.Span, "for me"u8, Text, sealedText));
        return sealedText;
    }
}
