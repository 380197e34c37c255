using System.Threading.Channels;
using Crux.Machines.Registry;
using Crux.Protos;

namespace Crux.Services.Reeve;

/// <summary>The published answer for one selector. Written by the reeve's loop, read by anybody without a lock.</summary>
internal sealed class Offering(ReeveAnswer answer, Instant settlesBy)
{
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _offered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Published _published = new(answer);
    private bool _used;

    /// <summary>The newest answer.</summary>
    public ReeveAnswer Answer => Volatile.Read(ref _published).Answer;

    /// <summary>The newest answer as a message that everybody shares: nobody may change it.</summary>
    public FindReply Reply => Volatile.Read(ref _published).Reply;

    /// <summary>Until when a first question waits for the steward.</summary>
    public Instant SettlesBy => settlesBy;

    /// <summary>Completes when the steward has answered in full.</summary>
    public Task Settled => _settled.Task;

    /// <summary>Completes when something is offered, or the steward has answered in full that nothing is.</summary>
    public Task Offered => _offered.Task;

    /// <summary>Who is told of every change; only the loop touches it.</summary>
    public List<Channel<FindReply>> Watchers { get; } = [];

    /// <summary>Notes that somebody asked, so that the selector stays followed. Read first: a line that nobody writes is shared by all cores.</summary>
    public void MarkUsed()
    {
        if (!Volatile.Read(ref _used))
            Volatile.Write(ref _used, true);
    }

    /// <summary>Whether somebody asked since the last call.</summary>
    public bool TakeUsed() => Interlocked.Exchange(ref _used, false);

    /// <summary>Publishes a newer answer.</summary>
    public void Publish(ReeveAnswer answer)
    {
        Volatile.Write(ref _published, new Published(answer));
        if (answer.IsComplete)
            _settled.TrySetResult();
        if (answer.IsComplete || !answer.Ranked.Offered.IsEmpty)
            _offered.TrySetResult();
    }

    private sealed class Published(ReeveAnswer answer)
    {
        private FindReply? _reply;

        public ReeveAnswer Answer => answer;

        public FindReply Reply => _reply ??= OfferShape.ToProto(answer, explain: false);
    }
}
