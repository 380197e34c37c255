using System.Threading.Channels;
using Crux.Machines.Flock;

namespace Crux.Node.Flock;

/// <summary>What other threads want of the machine, waiting for the one loop that may touch it.</summary>
/// <remarks>Thread-safe, but for <see cref="Answer"/>: that is the loop's.</remarks>
internal sealed class FlockQuestions
{
    /// <summary>How many wait at once; the next one is refused, for an operator who asks again is better off than one who hangs.</summary>
    public const int MaxWaiting = 64;

    private readonly Channel<Action<FlockMachine?, Instant, FlockOutbox>> _waiting =
        Channel.CreateBounded<Action<FlockMachine?, Instant, FlockOutbox>>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });

    /// <summary>Puts a question; the answer comes when the loop turns.</summary>
    public Task<T> Ask<T>(Func<FlockMachine, Instant, FlockOutbox, T> question)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var isTaken = _waiting.Writer.TryWrite((machine, now, outbox) =>
        {
            if (machine is null)
            {
                answer.TrySetException(Stopping());
                return;
            }
            try
            {
                answer.TrySetResult(question(machine, now, outbox));
            }
            catch (ArgumentException wrong)
            {
                // What the asker got wrong is the asker's; anything else breaks the loop, as a broken invariant must.
                answer.TrySetException(wrong);
            }
        });
        if (!isTaken)
            answer.TrySetException(_waiting.Reader.Completion.IsCompleted ? Stopping() : new InvalidOperationException($"{MaxWaiting} questions wait already: this node is too busy. Ask again."));
        return answer.Task;
    }

    /// <summary>Answers the next one that waits; false where none does.</summary>
    public bool Answer(FlockMachine machine, Instant now, FlockOutbox outbox)
    {
        if (!_waiting.Reader.TryRead(out var question))
            return false;
        question(machine, now, outbox);
        return true;
    }

    /// <summary>Takes no more, and tells those who wait that the node stops.</summary>
    public void End()
    {
        _waiting.Writer.TryComplete();
        while (_waiting.Reader.TryRead(out var question))
            question(null, default, null!);
    }

    private static InvalidOperationException Stopping() => new("This node is stopping.");
}
