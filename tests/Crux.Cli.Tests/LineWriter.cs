using System.Text;

namespace Crux.Cli.Tests;

/// <summary>Collects whole lines, and says when one has come.</summary>
internal sealed class LineWriter : TextWriter
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly StringBuilder _current = new();
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LineWriter() => NewLine = "\n";

    public override Encoding Encoding => Encoding.UTF8;

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
                return [.. _lines];
        }
    }

    public Task NextAsync()
    {
        lock (_gate)
            return _next.Task;
    }

    public void Clear()
    {
        lock (_gate)
            _lines.Clear();
    }

    public override void Write(char value)
    {
        lock (_gate)
        {
            if (value != '\n')
            {
                _current.Append(value);
                return;
            }
            _lines.Add(_current.ToString());
            _current.Clear();
            _next.TrySetResult();
            _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
