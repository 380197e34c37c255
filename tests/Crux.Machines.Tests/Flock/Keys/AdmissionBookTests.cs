using Crux.Machines.Flock.Durable;
using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Tests.Flock.Keys;

public sealed class AdmissionBookTests
{
    private static readonly Instant Now = new(TimeSpan.TicksPerHour);

    [Fact]
    public void Open_admits_whoever_proves_the_secret_but_a_revoked_node()
    {
        var book = new AdmissionBook();
        book.Say(Id(1), 1, mayJoin: false);
        Assert.Equal((Admittance.Revoked, Admittance.Admitted), (Judge(book, 1), Judge(book, 2)));
        Assert.Empty(book.Pending);
    }

    [Fact]
    public void Of_two_orders_the_later_counts_in_whichever_order_they_come()
    {
        foreach (var isSwapped in new[] { false, true })
        {
            var book = new AdmissionBook();
            book.SetMode(needsApproval: true, 1, [Id(9)]);
            foreach (var sequence in isSwapped ? new ulong[] { 3, 2 } : [2, 3])
                book.Say(Id(1), sequence, mayJoin: sequence == 2);
            Assert.Equal(Admittance.Revoked, Judge(book, 1));
            Assert.Equal(Admittance.Admitted, Judge(book, 9));
        }
    }

    [Fact]
    public void Who_waits_is_listed_once_bounded_and_forgotten_when_it_stops_asking()
    {
        var book = new AdmissionBook();
        book.SetMode(needsApproval: true, 1, []);
        for (ulong i = 0; i < 500; i++)
            Assert.Equal(Admittance.Pending, Judge(book, i / 2));
        Assert.Equal(AdmissionBook.MaxPending, book.Pending.Count);
        book.Judge(Now + AdmissionBook.PendingLife + TimeSpan.FromSeconds(1), Id(1_000), "late", TestFlock.AddressOf(1));
        Assert.Equal(Id(1_000), Assert.Single(book.Pending).Id);
    }

    [Fact]
    public void A_full_book_still_takes_who_is_shut_out()
    {
        var book = new AdmissionBook();
        for (ulong i = 0; i < AdmissionBook.MaxNodes + 100; i++)
            book.Say(Id(i), 1, mayJoin: true);
        book.Say(Id(999_999), 2, mayJoin: false);
        Assert.Equal(AdmissionBook.MaxNodes, book.Verdicts.Count);
        Assert.True(book.IsRevoked(Id(999_999)));
    }

    [Fact]
    public void All_of_it_comes_back_from_disk_and_damage_stops_the_node()
    {
        var (ring, book) = (new Keyring(), new AdmissionBook());
        var generation = Generation.Mint(Now, 7, 3, 1, [.. Enumerable.Repeat((byte)3, Generation.SecretBytes)]);
        ring.Add(Now, generation);
        book.SetMode(needsApproval: true, 4, [Id(1), Id(2)]);
        book.Say(Id(3), 5, mayJoin: false);
        var notice = new KeyNotice(7, 3, 2, 5, generation.Id, default).Signed(HashSigner.For(1));
        var content = KeyMemory.Write(notice, ring, book);

        var (ringAgain, bookAgain) = (new Keyring(), new AdmissionBook());
        Assert.Equal(notice.Digest, KeyMemory.Read(Now, content, ringAgain, bookAgain)!.Digest);
        Assert.Equal(generation.Secret.ToArray(), ringAgain.Find(generation.Id)!.Secret.ToArray());
        Assert.False(ringAgain.Find(generation.Id)!.Time.IsKnown);
        Assert.Equal((true, 4ul), (bookAgain.NeedsApproval, bookAgain.ModeSequence));
        Assert.Equal(book.Verdicts, bookAgain.Verdicts);

        var random = new SeededRandom(3);
        for (var length = 0; length < content.Length; length++)
            Assert.Throws<FlockMemoryException>(() => KeyMemory.Read(Now, content.AsSpan(0, length), new Keyring(), new AdmissionBook()));
        for (var i = 0; i < 500; i++)
        {
            var noise = new byte[random.Next(400)];
            random.Fill(noise);
            Assert.Throws<FlockMemoryException>(() => KeyMemory.Read(Now, noise, new Keyring(), new AdmissionBook()));
        }
    }

    private static Admittance Judge(AdmissionBook book, ulong id) => book.Judge(Now, Id(id), $"node{id}", TestFlock.AddressOf(5));

    private static NodeId Id(ulong of) => new(of, of);
}
