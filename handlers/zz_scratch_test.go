package handlers
import ("testing";"time";"path/filepath";"os";"log/slog";"io"
"carnet/data/demo";"carnet/mail")
func TestScratch(t *testing.T){
 s:=time.Now()
 p:=filepath.Join(t.TempDir(),"a.db")
 store,_,err:=demo.Open(t.Context(),p,mail.Bytes)
 t.Log(time.Since(s),err)
 s=time.Now()
 _,err=New(Config{Store:store,Log:slog.New(slog.NewTextHandler(io.Discard,nil)),Demo:true})
 t.Log("new",time.Since(s),err)
 st,_:=os.Stat(p); t.Log(st.Size())
 store.Close()
}
