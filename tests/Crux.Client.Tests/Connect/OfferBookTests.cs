using Crux.Client.Connect;
using Crux.Protos;
using Google.Protobuf;

namespace Crux.Client.Tests.Connect;

public sealed class OfferBookTests
{
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(30);

    [Fact]
    public void A_new_reeve_takes_nothing_away_before_its_steward_is_ready()
    {
        var book = new OfferBook(Hold);
        book.TryApply(Reply(5, StewardState.Ready, 1, 2), isNewReeve: true, TimeSpan.Zero);

        book.TryApply(Reply(1, StewardState.Rebuilding, 1), isNewReeve: true, TimeSpan.FromSeconds(1));
        Assert.Equal([1, 2], Ports(book));

        book.TryApply(Reply(2, StewardState.Ready, 1), isNewReeve: false, TimeSpan.FromSeconds(2));
        Assert.Equal([1], Ports(book));
    }

    [Fact]
    public void What_is_held_is_given_up_when_the_hold_has_passed()
    {
        var book = new OfferBook(Hold);
        book.TryApply(Reply(5, StewardState.Ready, 1, 2), isNewReeve: true, TimeSpan.Zero);
        book.TryApply(Reply(1, StewardState.Absent), isNewReeve: true, TimeSpan.FromSeconds(1));
        Assert.Equal([1, 2], Ports(book));

        book.TryApply(Reply(1, StewardState.Absent), isNewReeve: false, TimeSpan.FromSeconds(32));
        Assert.Empty(Ports(book));
    }

    [Fact]
    public void An_older_answer_is_ignored_and_what_is_left_out_is_not_used()
    {
        var book = new OfferBook(Hold);
        book.TryApply(Reply(5, StewardState.Ready, 1), isNewReeve: true, TimeSpan.Zero);
        Assert.False(book.TryApply(Reply(4, StewardState.Ready), isNewReeve: false, TimeSpan.Zero));

        var leftOut = Reply(6, StewardState.Ready, 1, 2);
        leftOut.Offers[0].Tier = -1;
        Assert.True(book.TryApply(leftOut, isNewReeve: false, TimeSpan.Zero));
        Assert.Equal([2], Ports(book));
    }

    private static int[] Ports(OfferBook book) => [.. book.Offers.Select(offer => (int)offer.Address.Port).Order()];

    private static FindReply Reply(ulong revision, StewardState steward, params int[] ports)
    {
        var reply = new FindReply { Revision = revision, Steward = steward };
        foreach (var port in ports)
        {
            var entry = new Entry
            {
                InstanceId = $"i{port}",
                Api = "galumph2",
                Instance = "galumph2_3",
                NetId = $"node1:{port}",
                Address = $"10.0.0.1:{port}",
                NodeId = ByteString.CopyFrom(new byte[NodeId.SizeBytes]),
                KeyHash = ByteString.CopyFrom(new byte[PinnedCertificate.PinSizeBytes]),
            };
            reply.Offers.Add(new Offer { Entry = entry, Tier = 0 });
        }
        return reply;
    }
}
