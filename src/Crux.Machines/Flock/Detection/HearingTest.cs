using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Detection;

/// <summary>
/// Beats are few: of a node that loses four fifths of what it should hear, chance brings enough of them for many seconds, once in twenty
/// times. So who hears half of them or less asks others, a few dozen times in a second, and counts the answers.
/// </summary>
internal sealed class HearingTest(FlockState state, Questions questions)
{
    /// <summary>Questions of one test, each to a member by chance.</summary>
    public const int Count = 32;

    /// <summary>
    /// Up to so many answers are poor: at 80 % loss on the way here all but once in 60 times, at 30 % both ways once in 15. A trial by those
    /// that watch this node follows, which tells the two apart.
    /// </summary>
    public const int MostPoor = 11;

    /// <summary>How long a finding stands: until the next test.</summary>
    public static readonly TimeSpan FindingLife = TimeSpan.FromSeconds(2.5);

    /// <summary>From the end of a test to the next.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    // Of two members it draws itself as often: one question in 256 is not asked.
    private const int MaxDraws = 8;

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan AnswerTime = TimeSpan.FromMilliseconds(250);

    private readonly List<(Slot Who, uint Number)> _asked = [];
    private int _left;
    private int _answers;
    private Instant _restUntil;
    private Instant _poorUntil;

    /// <summary>When it goes on; never where none is under way.</summary>
    public Instant Due { get; private set; } = Instant.Never;

    /// <summary>The last test found that little comes through, but something: who hears nobody may be alone.</summary>
    public bool FoundPoor => state.Now < _poorUntil;

    /// <summary>Begins one, where none is under way or has just been.</summary>
    public void Open()
    {
        if (Due != Instant.Never || state.Now < _restUntil || state.View.ReachableCount < 2)
            return;
        (Due, _left, _answers) = (state.Now + Period, Count, 0);
        _asked.Clear();
    }

    public void Tick()
    {
        if (state.Now < Due)
            return;
        if (_left == 0)
        {
            (Due, _restUntil) = (Instant.Never, state.Now + Rest);
            if (_answers is > 0 and <= MostPoor)
                _poorUntil = state.Now + FindingLife;
            return;
        }
        _left--;
        Due = state.Now + (_left == 0 ? AnswerTime : Period);
        for (var draw = 0; draw < MaxDraws; draw++)
        {
            if (state.View.AnyReachable(state.Random) is var member && !state.IsMe(member) && state.View.FindLive(member.Address) is { } slot)
            {
                _asked.Add((slot, questions.Probe(slot)));
                return;
            }
        }
    }

    /// <summary>An answer to whatever this node asked.</summary>
    public void OnAck(Slot from, uint number) => _answers += Due != Instant.Never && _asked.Remove((from, number)) ? 1 : 0;
}
