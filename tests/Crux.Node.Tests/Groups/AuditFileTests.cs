using System.Security.Cryptography;
using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Keys;
using Crux.Node.Groups;
using Crux.Node.Security;
using Crux.Services.Trust;

namespace Crux.Node.Tests.Groups;

public sealed class AuditFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly P256NodeSigner _operator = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    private string FilePath => Path.Combine(_directory["state"], "flock", "hall", "mill", "audit");

    [Fact]
    public void What_was_ordered_is_there_again_and_each_order_once()
    {
        var trail = Open();
        trail.Note(Order(1));
        trail.Note(Order(2));
        trail.Note(Order(1));

        var again = Open();
        again.Note(Order(2));

        Assert.Equal([1UL, 2UL], again.Taken.Select(taken => taken.Order.Sequence));
        Assert.Null(again.Problem);
        Assert.Equal(DurableFile.OwnerOnly, File.GetUnixFileMode(FilePath));
    }

    [Fact]
    public void A_record_that_ends_in_the_middle_of_an_order_loses_that_one_and_says_so()
    {
        var trail = Open();
        for (var sequence = 1UL; sequence <= 3; sequence++)
            trail.Note(Order(sequence));
        var whole = File.ReadAllBytes(FilePath);
        for (var cut = (2 * whole.Length / 3) + 1; cut < whole.Length; cut += 17)
        {
            File.WriteAllBytes(FilePath, whole[..cut]);
            var again = Open();
            Assert.Equal(2, again.Taken.Count);
            Assert.Contains("could not be read", again.Problem, StringComparison.Ordinal);
            // What comes next is written where the good part ends.
            again.Note(Order(4));
            Assert.Equal([1UL, 2UL, 4UL], Open().Taken.Select(taken => taken.Order.Sequence));
        }
    }

    [Fact]
    public void A_changed_bit_is_found_and_ends_nothing()
    {
        var trail = Open();
        trail.Note(Order(1));
        trail.Note(Order(2));
        var bytes = File.ReadAllBytes(FilePath);
        bytes[bytes.Length - 30] ^= 4;
        File.WriteAllBytes(FilePath, bytes);

        var again = Open();

        Assert.Equal([1UL], again.Taken.Select(taken => taken.Order.Sequence));
        Assert.Contains("audit.damaged", again.Problem, StringComparison.Ordinal);
        Assert.True(File.Exists($"{FilePath}.damaged"));
    }

    public void Dispose()
    {
        _operator.Dispose();
        _directory.Dispose();
    }

    private AuditTrail Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        var file = AuditFile.Open(_directory["state"], new BlocId("hall"), "mill");
        return new AuditTrail(file.Kept, file.Append, file.Problem, TimeProvider.System);
    }

    private OperatorOrder Order(ulong sequence) =>
        OperatorOrder.Sign(OrderKind.Revoke, new FlockAuthority("hall", "mill", 7, 0, _operator.PublicKey), sequence, sequence, OrderNodes.Write([new NodeId(1, sequence)]), _operator);
}
