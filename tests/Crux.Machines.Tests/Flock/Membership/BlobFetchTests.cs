using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Tests.Flock.Membership;

public sealed class BlobFetchTests
{
    /// <summary>
    /// In a cold start of ten thousand, one in twenty asked a leader for its key in vain until it asked only every eight seconds: by then
    /// whoever told it of the claim had the key.
    /// </summary>
    [Fact]
    public void Whoever_shows_that_it_has_a_key_is_asked_at_once_however_often_others_were_in_vain()
    {
        var flock = DepartureStories.Settled(5, 1);
        var (node, teller) = (flock.Nodes[0], flock.Nodes[3]);
        var state = node.Machine.State;
        var absent = new MemberRecord(TestFlock.AddressOf(200), 1, RecordStatus.Alive, 77);
        Assert.True(state.View.Put(absent, flock.Now));
        var slot = state.View.Find(absent.Address)!;
        (slot.BlobTries, slot.BlobDue) = (BlobFetch.QuickTries, flock.Now + BlobFetch.MaxRetry);
        state.WantBlob(slot);
        flock.Run(TimeSpan.FromSeconds(1));
        var before = node.Machine.Counters.DatagramsOf((int)MessageKind.WantBlobs);
        Assert.Equal(BlobFetch.QuickTries, slot.BlobTries);

        state.WantBlob(slot, teller.Address);
        flock.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(teller.Address, slot.Informant);
        Assert.True(node.Machine.Counters.DatagramsOf((int)MessageKind.WantBlobs) > before);
    }
}
